using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A reference to an installation root (PSPU 5.19): segments <c>[a-z0-9][a-z0-9_-]*</c> joined by dots.</summary>
/// <remarks>It names a root and is never a path. The default instance is empty and names nothing.</remarks>
public readonly record struct RootName
{
    private readonly string? _text;

    private RootName(string text) => _text = text;

    /// <summary>The reference as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The reference, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out RootName value, [NotNullWhen(false)] out string? error)
    {
        error = Fault(text.AsSpan());
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not the name of a root: {error}";
        }

        value = error is null ? new RootName(text!) : default;
        return error is null;
    }

    /// <summary>Reads a reference that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a reference; the message says why.</exception>
    public static RootName Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Fault(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "it is empty";
        }

        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> segment = text[range];
            if (segment.IsEmpty)
            {
                return "it has an empty segment";
            }

            if (segment[0] is '-' or '_')
            {
                return $"a segment starts with '{segment[0]}'; start with a lower-case letter or a digit";
            }

            foreach (char character in segment)
            {
                if (
                    !char.IsAsciiLetterLower(character)
                    && !char.IsAsciiDigit(character)
                    && character is not ('-' or '_')
                )
                {
                    int at = text.IndexOf(character);
                    return $"{DisplayText.Character(text, at)} at position {at + 1} is not allowed; use lower-case "
                        + "letters, digits, '-' and '_', and '.' between segments";
                }
            }
        }

        return null;
    }
}
