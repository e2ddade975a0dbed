using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Peipkg.Format.Text;

namespace Peipkg.Format.Identity;

/// <summary>A point in time as documents write it (RFC 3339): UTC, whole seconds, years 1970 to 9999.</summary>
/// <remarks>
/// The one spelling is <c>2024-02-29T12:34:56Z</c>, so equal instants are equal texts. The default instance is
/// 1970-01-01T00:00:00Z, a valid timestamp.
/// </remarks>
public readonly record struct Timestamp : IComparable<Timestamp>
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const int TextLength = 20;

    private Timestamp(long unixSeconds) => UnixSeconds = unixSeconds;

    /// <summary>The latest timestamp, 9999-12-31T23:59:59Z.</summary>
    public static Timestamp MaxValue { get; } = new(253_402_300_799);

    /// <summary>Seconds since 1970-01-01T00:00:00Z, from 0 to 253402300799.</summary>
    public long UnixSeconds { get; }

    /// <summary>The timestamp as documents write it.</summary>
    public string Text =>
        DateTimeOffset.FromUnixTimeSeconds(UnixSeconds).ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>The timestamp of a number of seconds since 1970-01-01T00:00:00Z.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or beyond the year 9999.</exception>
    public static Timestamp FromUnixSeconds(long seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, MaxValue.UnixSeconds);
        return new Timestamp(seconds);
    }

    /// <summary>A time as documents write it; one beyond what they can is taken for their first or last second.</summary>
    public static Timestamp Nearest(DateTimeOffset time) =>
        new(Math.Clamp(time.ToUnixTimeSeconds(), 0, MaxValue.UnixSeconds));

    /// <summary>Reads a timestamp.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The timestamp, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out Timestamp value, [NotNullWhen(false)] out string? error)
    {
        value = default;
        if (
            text is not { Length: TextLength }
            || !DateTimeOffset.TryParseExact(
                text,
                Pattern,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
        {
            error =
                $"{DisplayText.Quote(text)} is not a timestamp: "
                + "write UTC in whole seconds with a final Z, such as 2024-02-29T12:34:56Z";
            return false;
        }

        if (time.ToUnixTimeSeconds() < 0)
        {
            error = $"{DisplayText.Quote(text)} is not a usable timestamp: it is before 1970";
            return false;
        }

        value = new Timestamp(time.ToUnixTimeSeconds());
        error = null;
        return true;
    }

    /// <summary>Reads a timestamp that the caller knows to be well-formed.</summary>
    /// <exception cref="FormatException">The text is not a timestamp; the message says why.</exception>
    public static Timestamp Parse(string text) =>
        TryParse(text, out var value, out var error) ? value : throw new FormatException(error);

    /// <summary>Orders timestamps by time.</summary>
    public int CompareTo(Timestamp other) => UnixSeconds.CompareTo(other.UnixSeconds);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
