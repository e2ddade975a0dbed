using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>A recipe's <c>[build]</c>: how its script is run.</summary>
/// <param name="StopsAtErrors">Whether the script ends at the first command that fails, as with <c>sh -e</c>.</param>
/// <param name="DefaultFlags">Whether the script gets flags for compilers.</param>
public sealed record BuildSettings(bool StopsAtErrors, bool DefaultFlags)
{
    private const string DefaultWord = "default";

    /// <summary>Those of a recipe without the section.</summary>
    public static BuildSettings Unsaid { get; } = new(StopsAtErrors: false, DefaultFlags: false);

    /// <summary>Reads the section; what is wrong with it goes to the file's problems.</summary>
    internal static BuildSettings Read(TomlFile file)
    {
        if (file.Section("build") is not { } section)
        {
            return Unsaid;
        }

        Located<bool>? stops = section.Boolean("errexit");
        Located<string>? flags = section.Parsed<string>("flags", ParseFlags);
        section.Finish();
        return new BuildSettings(stops?.Value ?? false, flags is not null);
    }

    private static bool ParseFlags(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value == DefaultWord
                ? null
                : $"{DisplayText.Quote(text)} is not possible; the only value is \"{DefaultWord}\"";
        return error is null;
    }
}
