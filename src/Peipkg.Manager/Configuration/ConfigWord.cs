using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Configuration;

/// <summary>Values of the configuration that are words: one of a few, or a name that the operator chooses.</summary>
internal static class ConfigWord
{
    /// <summary>Reads one of the words; another is refused with the nearest.</summary>
    public static ValueParser<T> OneOf<T>(Dictionary<string, T> words)
        where T : struct
    {
        return Parse;

        bool Parse(string? text, out T value, [NotNullWhen(false)] out string? error)
        {
            error = words.TryGetValue(text ?? "", out value)
                ? null
                : $"\"{text}\" is none of {string.Join(", ", words.Keys)}{NearestName.Suggestion(text ?? "", words.Keys)}";
            return error is null;
        }
    }

    /// <summary>Reads every word of an array; each that is refused is a problem with its own place.</summary>
    public static List<T> Each<T>(TomlSection section, string key, ValueParser<T> parser)
    {
        List<T> values = [];
        foreach (Located<string> word in section.Strings(key))
        {
            if (parser(word.Value, out T value, out string? error))
            {
                values.Add(value);
            }
            else
            {
                section.Problems.Error(word.Position, $"{key} in {section.Label}: {error}");
            }
        }

        return values;
    }

    /// <summary>Reads a name: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, as it stands in a file's name.</summary>
    public static bool Name(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length is > 0 and <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                ? null
                : "write 1 to 64 letters, digits, \"-\", \"_\" or \".\"";
        return error is null;
    }
}
