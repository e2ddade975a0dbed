using System.Buffers;
using System.Globalization;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>The grammar that full versions and constraint operands share (PSD-009 §2.2).</summary>
internal static class VersionSyntax
{
    private static readonly SearchValues<char> UpstreamCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-~"
    );

    /// <summary>Splits off the epoch, which is 0 when there is no colon.</summary>
    /// <param name="text">The whole version.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="rest">Index of what follows the colon, 0 without one.</param>
    /// <returns>What is wrong with the epoch, or <see langword="null"/>.</returns>
    internal static string? SplitEpoch(ReadOnlySpan<char> text, out long epoch, out int rest)
    {
        epoch = 0;
        var colon = text.IndexOf(':');
        rest = colon + 1;
        if (colon < 0 || TryReadNumber(text[..colon], out epoch))
        {
            return null;
        }

        return "the epoch before ':' must be a decimal number without leading zeros, at most 9223372036854775807";
    }

    /// <summary>Reads a revision: a decimal number of at least 1 without leading zeros that fits an Int64.</summary>
    internal static bool TryReadRevision(ReadOnlySpan<char> text, out long revision) =>
        TryReadNumber(text, out revision) && revision > 0;

    /// <summary>Says what is wrong with an upstream version, or returns <see langword="null"/>.</summary>
    /// <param name="text">The whole version, for positions in the message.</param>
    /// <param name="start">Where the upstream version starts in it.</param>
    /// <param name="length">How long the upstream version is.</param>
    internal static string? UpstreamFault(ReadOnlySpan<char> text, int start, int length)
    {
        var upstream = text.Slice(start, length);
        if (upstream.IsEmpty)
        {
            return "the upstream version is empty";
        }

        var bad = upstream.IndexOfAnyExcept(UpstreamCharacters);
        if (bad >= 0)
        {
            return $"{DisplayText.Character(text, start + bad)} at position {start + bad + 1} is not allowed; "
                + "an upstream version has letters, digits, '.', '+', '-' and '~'";
        }

        return char.IsAsciiLetterOrDigit(upstream[0])
            ? null
            : $"the upstream version starts with '{upstream[0]}'; it must start with a letter or a digit";
    }

    /// <summary>Reads a version that may lack its revision; without a valid one, all after the epoch is upstream.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    internal static string? OperandFault(
        ReadOnlySpan<char> text,
        out long epoch,
        out int start,
        out int length,
        out long? revision
    )
    {
        revision = null;
        length = 0;
        var fault = SplitEpoch(text, out epoch, out start);
        if (fault is not null)
        {
            return fault;
        }

        length = text.Length - start;
        var hyphen = text[start..].LastIndexOf('-');
        if (hyphen >= 0 && TryReadRevision(text[(start + hyphen + 1)..], out var number))
        {
            revision = number;
            length = hyphen;
        }

        return UpstreamFault(text, start, length);
    }

    private static bool TryReadNumber(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        return digits.Length > 0
            && (digits[0] != '0' || digits.Length == 1)
            && !digits.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
