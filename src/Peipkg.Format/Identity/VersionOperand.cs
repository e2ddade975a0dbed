using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A version that may lack its revision: a constraint's operand, or what a package provides (PSD-009 §2.2.8).</summary>
/// <remarks>
/// When the group after the last <c>-</c> is not a valid revision, everything after the epoch is the upstream version:
/// <c>1.0-rc.1</c> is upstream <c>1.0-rc.1</c> of any revision. Equality is that of the spelling. The default instance
/// has empty text and is no operand.
/// </remarks>
public readonly record struct VersionOperand
{
    private readonly string? _text;
    private readonly int _upstreamStart;
    private readonly int _upstreamLength;

    private VersionOperand(string text, long epoch, int upstreamStart, int upstreamLength, long? revision)
    {
        _text = text;
        Epoch = epoch;
        _upstreamStart = upstreamStart;
        _upstreamLength = upstreamLength;
        Revision = revision;
    }

    /// <summary>The operand as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>The epoch, 0 when not written.</summary>
    public long Epoch { get; }

    /// <summary>The upstream version, never empty in a valid operand.</summary>
    public string Upstream => UpstreamSpan.ToString();

    /// <summary>The revision, at least 1, or <see langword="null"/> when any revision will do.</summary>
    public long? Revision { get; }

    private ReadOnlySpan<char> UpstreamSpan => Text.AsSpan(_upstreamStart, _upstreamLength);

    /// <summary>Reads an operand.</summary>
    /// <param name="text">The candidate, without surrounding blanks.</param>
    /// <param name="value">The operand, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out VersionOperand value, [NotNullWhen(false)] out string? error)
    {
        error = VersionSyntax.OperandFault(
            text.AsSpan(),
            out var epoch,
            out var start,
            out var length,
            out var revision
        );
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a version, with or without a revision: {error}";
        }

        value = error is null ? new VersionOperand(text!, epoch, start, length, revision) : default;
        return error is null;
    }

    /// <summary>Reads an operand that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not an operand; the message says why.</exception>
    public static VersionOperand Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Compares a version with this operand; the revision counts only when the operand has one.</summary>
    /// <returns>−1 when the version is older than the operand, 1 when newer, 0 when neither.</returns>
    public int CompareVersion(in PackageVersion version) =>
        VersionPrecedence.CompareToOperand(version, Epoch, UpstreamSpan, Revision);

    /// <summary>Whether both are spelled alike.</summary>
    public bool Equals(VersionOperand other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
