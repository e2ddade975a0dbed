using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// A public key's identity: the SHA-256 of its 32 raw bytes as 64 lower-case hexadecimal digits (§5.2.3).
/// The default instance names no key; its text is empty.
/// </summary>
public readonly struct Fingerprint : IEquatable<Fingerprint>, IComparable<Fingerprint>
{
    private readonly string? _text;

    private Fingerprint(string text) => _text = text;

    /// <summary>The unbroken form, as documents carry it.</summary>
    public string Text => _text ?? "";

    /// <summary>Groups of four separated by blanks, the form people compare (§5.2.3).</summary>
    public string Grouped => string.Join(' ', Text.Chunk(4).Select(static group => new string(group)));

    /// <summary>The fingerprint of a raw public key.</summary>
    /// <param name="rawPublicKey">The 32 bytes of RFC 8032 §5.1.5.</param>
    public static Fingerprint Of(ReadOnlySpan<byte> rawPublicKey) => new(Sha256Digest.Of(rawPublicKey).ToString());

    /// <summary>Reads the unbroken form.</summary>
    /// <param name="text">64 lower-case hexadecimal digits.</param>
    /// <param name="value">The fingerprint.</param>
    /// <param name="error">Why the text is none, a sentence.</param>
    public static bool TryParse(string? text, out Fingerprint value, [NotNullWhen(false)] out string? error)
    {
        if (Sha256Digest.TryParse(text, out _))
        {
            value = new Fingerprint(text);
            error = null;
            return true;
        }

        value = default;
        error = text is { Length: Sha256Digest.TextLength }
            ? "a fingerprint has only the digits 0-9 and a-f"
            : $"a fingerprint has {Sha256Digest.TextLength} lower-case hexadecimal digits, not {text?.Length ?? 0} characters";
        return false;
    }

    /// <summary>
    /// Reads what a person types or pastes: either case, and blanks or colons between the digits.
    /// </summary>
    public static bool TryParseTyped(string? text, out Fingerprint value, [NotNullWhen(false)] out string? error) =>
        TryParse(
            text is null ? null : string.Concat(text.Where(static c => c is not (' ' or ':'))).ToLowerInvariant(),
            out value,
            out error
        );

    /// <inheritdoc/>
    public bool Equals(Fingerprint other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fingerprint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Orders by text, as descriptors do (§6.1.3).</summary>
    public int CompareTo(Fingerprint other) => string.CompareOrdinal(Text, other.Text);

    /// <summary>The unbroken form.</summary>
    public override string ToString() => Text;

    /// <summary>Same key.</summary>
    public static bool operator ==(Fingerprint left, Fingerprint right) => left.Equals(right);

    /// <summary>Other key.</summary>
    public static bool operator !=(Fingerprint left, Fingerprint right) => !left.Equals(right);
}
