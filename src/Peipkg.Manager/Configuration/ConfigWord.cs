using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Manager.Configuration;

/// <summary>Values of the configuration that are one of a few words.</summary>
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
}
