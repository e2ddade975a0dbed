using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>The name of a package (PSD-009 §2.1): 2 to 64 characters of <c>a-z 0-9 - . +</c>.</summary>
/// <remarks>
/// It starts with a letter or digit, ends with a letter, a digit or <c>+</c>, and has no two adjacent separators
/// (<c>-</c>, <c>.</c>). A value exists only when valid, except the default instance, whose text is empty and
/// which names nothing. Equality and order are those of the bytes.
/// </remarks>
public readonly record struct PackageName : IComparable<PackageName>
{
    /// <summary>Shortest name, in characters.</summary>
    public const int MinLength = 2;

    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.+");

    private readonly string? _text;

    private PackageName(string text) => _text = text;

    /// <summary>The name as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads a package name.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The name, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out PackageName value, [NotNullWhen(false)] out string? error)
    {
        error = Fault(text.AsSpan());
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a package name: {error}";
        }

        value = error is null ? new PackageName(text!) : default;
        return error is null;
    }

    /// <summary>Reads a package name that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a package name; the message says why.</exception>
    public static PackageName Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Orders names by their bytes.</summary>
    public int CompareTo(PackageName other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Fault(ReadOnlySpan<char> text)
    {
        if (text.Length is < MinLength or > MaxLength)
        {
            return $"it has {Counted.Text(text.Length, "character")}, and a name has {MinLength} to {MaxLength}";
        }

        var bad = text.IndexOfAnyExcept(Allowed);
        if (bad >= 0)
        {
            return $"{DisplayText.Character(text, bad)} at position {bad + 1} is not allowed; "
                + "use lower-case letters, digits, '-', '.' and '+'";
        }

        if (!char.IsAsciiLetterOrDigit(text[0]))
        {
            return $"it starts with '{text[0]}'; start with a lower-case letter or a digit";
        }

        if (text[^1] is '-' or '.')
        {
            return $"it ends with '{text[^1]}'; end with a lower-case letter, a digit or '+'";
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] is '-' or '.' && text[i - 1] is '-' or '.')
            {
                return $"the separators '{text[i - 1]}{text[i]}' at position {i} touch; put a letter or digit between them";
            }
        }

        return null;
    }
}
