using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Peipkg.Format.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes;

/// <summary>
/// Durations as Go writes them: <c>90m</c>, <c>1h30m</c>, <c>1.5h</c>, with the units <c>ns us µs ms s m h</c>. Anything
/// finer than the 100 nanoseconds of a <see cref="TimeSpan"/> is dropped.
/// </summary>
public static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create(".0123456789");

    private static readonly (string Unit, long Nanoseconds)[] Units =
    [
        ("ns", 1),
        ("us", 1_000),
        ("\u00b5s", 1_000),
        ("\u03bcs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];

    /// <summary>Reads a duration; a sign in front is allowed, as in Go.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The duration, or zero.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        ReadOnlySpan<char> rest = text;
        bool negative = rest.StartsWith('-');
        if (negative || rest.StartsWith('+'))
        {
            rest = rest[1..];
        }

        UInt128 total = 0;
        error = rest.IsEmpty ? "it is empty" : null;
        if (rest is "0")
        {
            return true;
        }

        while (error is null && !rest.IsEmpty)
        {
            error = ReadPart(ref rest, out UInt128 part);
            total += part;
            if (error is null && total > long.MaxValue)
            {
                error = "it is longer than 292 years";
            }
        }

        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a duration: {error}; write it like \"30s\", \"5m\" or \"1h30m\"";
            return false;
        }

        value = TimeSpan.FromTicks((negative ? -1 : 1) * ((long)total / TimeSpan.NanosecondsPerTick));
        return true;
    }

    /// <summary>Reads the interval of a poll, at least <see cref="RecipeLimits.ShortestInterval"/>.</summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseInterval(string? text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        if (TryParse(text, out value, out error) && value < RecipeLimits.ShortestInterval)
        {
            error = $"{DisplayText.Quote(text)} is too short; the shortest interval is \"1m\"";
        }

        return error is null;
    }

    /// <summary>
    /// Reads a time that is waited for: more than nothing, and at most <see cref="RecipeLimits.LongestTimer"/>.
    /// </summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseTimer(string? text, out TimeSpan value, [NotNullWhen(false)] out string? error)
    {
        if (TryParse(text, out value, out error))
        {
            error =
                value <= TimeSpan.Zero
                    ? $"{DisplayText.Quote(text)} is not more than zero; write it like \"30s\" or \"90m\""
                : value > RecipeLimits.LongestTimer
                    ? $"{DisplayText.Quote(text)} is longer than can be waited for; the longest time is \"{RecipeLimits.LongestTimer.TotalHours}h\""
                : null;
        }

        return error is null;
    }

    /// <summary>Writes a duration as Go prints it: <c>1h30m0s</c>, <c>1.5s</c>, <c>250ms</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        Int128 nanoseconds = Int128.Abs((Int128)value.Ticks * TimeSpan.NanosecondsPerTick);
        StringBuilder text = new(value < TimeSpan.Zero ? "-" : "");
        if (nanoseconds < 1_000_000_000)
        {
            (string unit, int scale) = nanoseconds < 1_000_000 ? ("µs", 1_000) : ("ms", 1_000_000);
            return text.Append(Decimal(nanoseconds, scale)).Append(unit).ToString();
        }

        Int128 hours = nanoseconds / 3_600_000_000_000;
        Int128 minutes = nanoseconds / 60_000_000_000 % 60;
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(Decimal(nanoseconds % 60_000_000_000, 1_000_000_000)).Append('s').ToString();
    }

    private static string Decimal(Int128 nanoseconds, int scale) =>
        ((decimal)nanoseconds / scale).ToString("0.#########", CultureInfo.InvariantCulture);

    private static string? ReadPart(ref ReadOnlySpan<char> rest, out UInt128 nanoseconds)
    {
        nanoseconds = 0;
        UInt128 number = 0;
        UInt128 scale = 1;
        int digits = 0;
        bool fraction = false;
        int i = 0;
        for (; i < rest.Length && (char.IsAsciiDigit(rest[i]) || (rest[i] == '.' && !fraction)); i++)
        {
            if (rest[i] == '.')
            {
                fraction = true;
                continue;
            }

            digits++;

            // Digits beyond a quintillionth cannot matter; whole numbers this large are refused by their sum.
            if (scale < 1_000_000_000_000_000_000)
            {
                number = (number * 10) + (uint)(rest[i] - '0');
                scale *= fraction ? 10u : 1u;
            }

            if (number > UInt128.MaxValue / 100_000_000_000_000)
            {
                return "it is longer than 292 years";
            }
        }

        if (digits == 0)
        {
            return "a number is missing";
        }

        rest = rest[i..];
        int unitLength = rest.IndexOfAny(NumberCharacters);
        ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
        if (unit.IsEmpty)
        {
            return "the last number has no unit";
        }

        foreach ((string name, long length) in Units)
        {
            if (unit.SequenceEqual(name))
            {
                nanoseconds = number * (ulong)length / scale;
                rest = rest[unit.Length..];
                return null;
            }
        }

        return $"{DisplayText.Quote(unit.ToString())} is not a unit (ns, us, ms, s, m, h)";
    }
}
