using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A package version <c>[epoch:]upstream-revision</c> (PSD-009 §2.2).</summary>
/// <remarks>
/// Two values are equal when they are spelled alike; precedence is another matter (<see cref="Compare"/>), under which
/// <c>1.0~alpha-1</c> and <c>1.0~a-1</c> are the same version. The default instance has empty text and is no version.
/// </remarks>
public readonly record struct PackageVersion
{
    private readonly string? _text;
    private readonly int _upstreamStart;
    private readonly int _upstreamLength;

    private PackageVersion(string text, long epoch, int upstreamStart, int upstreamLength, long revision)
    {
        _text = text;
        Epoch = epoch;
        _upstreamStart = upstreamStart;
        _upstreamLength = upstreamLength;
        Revision = revision;
    }

    /// <summary>Compares versions by precedence; versions that compare equal may be spelled differently.</summary>
    /// <remarks>Not for sorting versions that upstream chose: see <see cref="VersionOrder"/>.</remarks>
    public static IComparer<PackageVersion> Order { get; } =
        Comparer<PackageVersion>.Create(static (a, b) => Compare(a, b));

    /// <summary>The version as written; empty for the default instance.</summary>
    public string Text => _text ?? "";

    /// <summary>The epoch, 0 when not written.</summary>
    public long Epoch { get; }

    /// <summary>The upstream version, never empty in a valid version.</summary>
    public string Upstream => UpstreamSpan.ToString();

    /// <summary>The Peios revision, at least 1.</summary>
    public long Revision { get; }

    /// <summary>Whether the upstream version has a pre-release segment (PSD-009 §2.2.7.3).</summary>
    public bool IsPreRelease => VersionPrecedence.HasPreReleaseSegment(UpstreamSpan);

    /// <summary>
    /// Whether the format takes a letter release for a pre-release. People number corrections so: 3.3a and 3.3b come after
    /// 3.3, and 2024a and 2024b are all that the year has. The upstream version ends with a single <c>a</c> or <c>b</c>
    /// right after a digit, and has no other pre-release segment. Precedence is the format's all the same.
    /// </summary>
    public bool IsLetterRelease =>
        UpstreamSpan is [.. var number, 'a' or 'b' or 'A' or 'B']
        && number is [.., >= '0' and <= '9']
        && !VersionPrecedence.HasPreReleaseSegment(number);

    /// <summary>
    /// A text that two versions share exactly when they compare equal: what finds equal ones among many without comparing
    /// each with each, which not even sorting does (see <see cref="VersionOrder"/>).
    /// </summary>
    public string EqualityKey =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Epoch}:{VersionPrecedence.EqualityKey(UpstreamSpan)}-{Revision}"
        );

    internal ReadOnlySpan<char> UpstreamSpan => Text.AsSpan(_upstreamStart, _upstreamLength);

    /// <summary>Compares by precedence: epoch, then upstream version, then revision.</summary>
    /// <returns>−1 when <paramref name="a"/> is older, 1 when it is newer, 0 when neither.</returns>
    public static int Compare(in PackageVersion a, in PackageVersion b) =>
        VersionPrecedence.CompareToOperand(a, b.Epoch, b.UpstreamSpan, b.Revision);

    /// <summary>Reads a version.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The version, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out PackageVersion value, [NotNullWhen(false)] out string? error)
    {
        error = Fault(text.AsSpan(), out var epoch, out var start, out var length, out var revision);
        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a version: {error}";
        }

        value = error is null ? new PackageVersion(text!, epoch, start, length, revision) : default;
        return error is null;
    }

    /// <summary>Reads a version that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a version; the message says why.</exception>
    public static PackageVersion Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Whether both are spelled alike.</summary>
    public bool Equals(PackageVersion other) => string.Equals(Text, other.Text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string? Fault(
        ReadOnlySpan<char> text,
        out long epoch,
        out int start,
        out int length,
        out long revision
    )
    {
        length = 0;
        revision = 0;
        var fault = VersionSyntax.SplitEpoch(text, out epoch, out start);
        if (fault is not null)
        {
            return fault;
        }

        var hyphen = text[start..].LastIndexOf('-');
        if (hyphen < 0)
        {
            return "it has no revision; append '-1' for the first build of this upstream version";
        }

        if (!VersionSyntax.TryReadRevision(text[(start + hyphen + 1)..], out revision))
        {
            return "the revision after the last '-' must be a decimal number from 1 to 9223372036854775807 "
                + "without leading zeros";
        }

        length = hyphen;
        return VersionSyntax.UpstreamFault(text, start, length);
    }
}
