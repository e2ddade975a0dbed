using System.Text;

namespace Peipkg.Format.Identity;

/// <summary>Comparison of upstream versions by segments (PSD-009 §2.2.7), without allocating.</summary>
/// <remarks>
/// The rules order a letter run of rank 5 by its bytes whether or not it is pre-release, but put a number above the
/// pre-release one and below the other. So precedence is not transitive for every set of versions, which
/// <see cref="VersionOrder"/> copes with.
/// </remarks>
internal static class VersionPrecedence
{
    private const int OrdinaryRank = 5;

    /// <summary>Compares two upstream versions.</summary>
    /// <returns>−1, 0 or 1.</returns>
    internal static int CompareUpstream(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var a = new SegmentReader(left);
        var b = new SegmentReader(right);
        while (true)
        {
            var hasA = a.MoveNext();
            var hasB = b.MoveNext();
            if (!hasA || !hasB)
            {
                return hasA ? LongerSide(a)
                    : hasB ? -LongerSide(b)
                    : 0;
            }

            var order = CompareSegments(a, b);
            if (order != 0)
            {
                return order;
            }
        }
    }

    /// <summary>Compares a version with the parts of an operand, whose revision may be missing.</summary>
    /// <returns>−1, 0 or 1.</returns>
    internal static int CompareToOperand(
        in PackageVersion version,
        long epoch,
        ReadOnlySpan<char> upstream,
        long? revision
    )
    {
        var order = version.Epoch.CompareTo(epoch);
        if (order == 0)
        {
            order = CompareUpstream(version.UpstreamSpan, upstream);
        }

        return Math.Sign(order == 0 && revision is { } number ? version.Revision.CompareTo(number) : order);
    }

    /// <summary>
    /// The segments as comparison tells them apart: numbers without leading zeros, the tokens of one rank alike. Which
    /// segments are pre-release makes versions older or newer, never equal or unequal.
    /// </summary>
    internal static string EqualityKey(ReadOnlySpan<char> upstream)
    {
        var key = new StringBuilder(upstream.Length + 8);
        var reader = new SegmentReader(upstream);
        while (reader.MoveNext())
        {
            key.Append('.');
            if (reader.Rank < OrdinaryRank)
            {
                key.Append('~').Append((char)('0' + reader.Rank));
            }
            else
            {
                key.Append(reader.IsNumber ? reader.Segment.TrimStart('0') : reader.Segment);
            }
        }

        return key.ToString();
    }

    /// <summary>Whether any segment of the upstream version is a pre-release segment.</summary>
    internal static bool HasPreReleaseSegment(ReadOnlySpan<char> upstream)
    {
        var reader = new SegmentReader(upstream);
        while (reader.MoveNext())
        {
            if (reader.IsPreRelease)
            {
                return true;
            }
        }

        return false;
    }

    // A version that goes on with pre-release letters comes before the one that ended; any other goes after it.
    private static int LongerSide(in SegmentReader next) => !next.IsNumber && next.IsPreRelease ? -1 : 1;

    private static int CompareSegments(in SegmentReader a, in SegmentReader b)
    {
        if (a.IsNumber && b.IsNumber)
        {
            return CompareNumbers(a.Segment, b.Segment);
        }

        if (a.IsNumber)
        {
            return b.IsPreRelease ? 1 : -1;
        }

        if (b.IsNumber)
        {
            return a.IsPreRelease ? -1 : 1;
        }

        if (a.Rank != b.Rank)
        {
            return a.Rank < b.Rank ? -1 : 1;
        }

        return a.Rank < OrdinaryRank ? 0 : Math.Sign(a.Segment.SequenceCompareTo(b.Segment));
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? (a.Length < b.Length ? -1 : 1) : Math.Sign(a.SequenceCompareTo(b));
    }

    private static int RankOf(ReadOnlySpan<char> letters) =>
        letters.Length switch
        {
            1 when Is(letters, "a") => 1,
            1 when Is(letters, "b") => 2,
            2 when Is(letters, "rc") => 4,
            3 when Is(letters, "dev") => 0,
            3 when Is(letters, "pre") => 3,
            4 when Is(letters, "beta") => 2,
            5 when Is(letters, "alpha") => 1,
            _ => OrdinaryRank,
        };

    private static bool Is(ReadOnlySpan<char> letters, string token) =>
        letters.Equals(token, StringComparison.OrdinalIgnoreCase);

    private ref struct SegmentReader(ReadOnlySpan<char> upstream)
    {
        private ReadOnlySpan<char> _rest = upstream;

        internal ReadOnlySpan<char> Segment { get; private set; }

        internal bool IsNumber { get; private set; }

        /// <summary>Whether the current segment belongs to the pre-release tail, which never ends once begun.</summary>
        internal bool IsPreRelease { get; private set; }

        internal int Rank { get; private set; }

        internal bool MoveNext()
        {
            var at = 0;
            while (at < _rest.Length && !char.IsAsciiLetterOrDigit(_rest[at]))
            {
                IsPreRelease |= _rest[at] == '~';
                at++;
            }

            if (at == _rest.Length)
            {
                _rest = default;
                return false;
            }

            var end = at + 1;
            IsNumber = char.IsAsciiDigit(_rest[at]);
            while (end < _rest.Length && (IsNumber ? char.IsAsciiDigit(_rest[end]) : char.IsAsciiLetter(_rest[end])))
            {
                end++;
            }

            Segment = _rest[at..end];
            _rest = _rest[end..];
            Rank = IsNumber ? OrdinaryRank : RankOf(Segment);
            IsPreRelease |= Rank < OrdinaryRank;
            return true;
        }
    }
}
