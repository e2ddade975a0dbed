using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>An architecture identifier (PSD-009 §2.3): 1 to 16 characters of <c>a-z 0-9 _</c>, the first a letter.</summary>
/// <remarks>
/// Any well-formed identifier is one; an edition says for which ones packages are built.
/// The default instance has empty text and names no architecture. Equality is that of the text.
/// </remarks>
public readonly record struct Architecture
{
    /// <summary>Longest identifier, in characters.</summary>
    public const int MaxLength = 16;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly string? _text;

    private Architecture(string text) => _text = text;

    /// <summary>64-bit x86.</summary>
    [SuppressMessage(
        "Naming",
        "CA1707:Identifiers should not contain underscores",
        Justification = "The identifier's own spelling."
    )]
    public static Architecture X86_64 { get; } = new("x86_64");

    /// <summary>64-bit ARM.</summary>
    public static Architecture AArch64 { get; } = new("aarch64");

    /// <summary>Independent of the architecture.</summary>
    public static Architecture NoArch { get; } = new("noarch");

    /// <summary>The identifier; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads an architecture identifier.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The architecture, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out Architecture value, [NotNullWhen(false)] out string? error)
    {
        error = Fault(text.AsSpan());
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not an architecture: {error}";
        }

        value = error is null ? new Architecture(text!) : default;
        return error is null;
    }

    /// <summary>Reads an architecture identifier that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not an architecture; the message says why.</exception>
    public static Architecture Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Fault(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return $"it has {text.Length} characters, and an architecture has 1 to {MaxLength}";
        }

        var bad = text.IndexOfAnyExcept(Allowed);
        if (bad >= 0)
        {
            return $"{DisplayText.Character(text, bad)} at position {bad + 1} is not allowed; "
                + "use lower-case letters, digits and '_'";
        }

        return char.IsAsciiLetterLower(text[0]) ? null : $"it starts with '{text[0]}'; start with a lower-case letter";
    }
}
