using System.Diagnostics.CodeAnalysis;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>Paths in the configuration: absolute ones.</summary>
internal static class ConfigPaths
{
    /// <summary>A path, or several while one file takes another's place; problems go to the section's list.</summary>
    public static IReadOnlyList<string> Read(TomlSection section, string key)
    {
        if (section.IsString(key))
        {
            return section.Parsed<string>(key, TryParse)?.Value is { } path ? [path] : [];
        }

        List<string> paths = [];
        foreach (Located<string> text in section.Strings(key))
        {
            if (TryParse(text.Value, out string path, out string? error))
            {
                paths.Add(path);
            }
            else
            {
                section.Problems.Error(text.Position, $"{key} in {section.Label}: {error}");
            }
        }

        return paths;
    }

    /// <summary>Checks a path; a separator at its end is dropped.</summary>
    public static bool TryParse(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            !value.StartsWith('/') ? "write an absolute path, one that begins with \"/\""
            : value.Any(char.IsControl) ? "it holds control characters"
            : null;
        value = error is null ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(value)) : value;
        return error is null;
    }
}
