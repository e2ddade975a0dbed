using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A name that a dependency may ask for and a package may provide (PSD-009 §4.1): 2 to 128 characters.</summary>
/// <remarks>
/// Either a package name that may also hold upper case, <c>_</c> and repeated separators, or the form
/// <c>namespace(argument)</c> as in <c>pkgconfig(gtk+-3.0)</c>: the namespace is <c>[a-z][a-z0-9]*</c>, the argument
/// non-empty of letters, digits and <c>- . + _ : /</c>. Every <see cref="PackageName"/> is one. The default instance
/// is empty and names nothing. Equality and order are those of the bytes.
/// </remarks>
public readonly record struct VirtualName : IComparable<VirtualName>
{
    /// <summary>Shortest virtual name, in characters.</summary>
    public const int MinLength = 2;

    /// <summary>Longest virtual name, in characters.</summary>
    public const int MaxLength = 128;

    private const string LettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create(LettersAndDigits + "-.+_");
    private static readonly SearchValues<char> ArgumentCharacters = SearchValues.Create(LettersAndDigits + "-.+_:/");
    private static readonly SearchValues<char> NamespaceCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789"
    );

    private readonly string? _text;

    private VirtualName(string text) => _text = text;

    /// <summary>The name as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>Every package name is a virtual name.</summary>
    public static implicit operator VirtualName(PackageName name) => FromPackageName(name);

    /// <summary>The virtual name that a package of this name satisfies by existing.</summary>
    public static VirtualName FromPackageName(PackageName name) => new(name.Text);

    /// <summary>Reads a virtual name.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The name, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out VirtualName value, [NotNullWhen(false)] out string? error)
    {
        error = Fault(text.AsSpan());
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a package or virtual name: {error}";
        }

        value = error is null ? new VirtualName(text!) : default;
        return error is null;
    }

    /// <summary>Reads a virtual name that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a virtual name; the message says why.</exception>
    public static VirtualName Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Orders names by their bytes.</summary>
    public int CompareTo(VirtualName other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Fault(ReadOnlySpan<char> text)
    {
        if (text.Length is < MinLength or > MaxLength)
        {
            return $"it has {Counted.Text(text.Length, "character")}, and such a name has {MinLength} to {MaxLength}";
        }

        var open = text.IndexOf('(');
        return open < 0 ? PlainFault(text) : QualifiedFault(text, open);
    }

    private static string? PlainFault(ReadOnlySpan<char> text)
    {
        var bad = text.IndexOfAnyExcept(PlainCharacters);
        if (bad >= 0)
        {
            return $"{DisplayText.Character(text, bad)} at position {bad + 1} is not allowed; "
                + "use letters, digits, '-', '.', '+' and '_', or the form namespace(argument)";
        }

        if (!char.IsAsciiLetterOrDigit(text[0]))
        {
            return $"it starts with '{text[0]}'; start with a letter or a digit";
        }

        return char.IsAsciiLetterOrDigit(text[^1]) || text[^1] == '+'
            ? null
            : $"it ends with '{text[^1]}'; end with a letter, a digit or '+'";
    }

    private static string? QualifiedFault(ReadOnlySpan<char> text, int open)
    {
        var space = text[..open];
        if (space.IsEmpty || !char.IsAsciiLetterLower(space[0]) || space.ContainsAnyExcept(NamespaceCharacters))
        {
            return "the part before '(' must be a lower-case letter followed by lower-case letters and digits";
        }

        if (text[^1] != ')')
        {
            return "it has a '(' but does not end with ')'";
        }

        var argument = text[(open + 1)..^1];
        if (argument.IsEmpty)
        {
            return "there is nothing between '(' and ')'";
        }

        var bad = argument.IndexOfAnyExcept(ArgumentCharacters);
        return bad < 0
            ? null
            : $"{DisplayText.Character(text, open + 1 + bad)} at position {open + 2 + bad} is not allowed between the "
                + "parentheses; use letters, digits, '-', '.', '+', '_', ':' and '/'";
    }
}
