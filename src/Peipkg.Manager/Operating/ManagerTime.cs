using System.Globalization;

namespace Peipkg.Manager.Operating;

/// <summary>Times as they are shown everywhere.</summary>
internal static class ManagerTime
{
    /// <summary>RFC 3339 in UTC with whole seconds.</summary>
    public static string Text(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Text(DateTimeOffset)"/>
    public static string? Text(this DateTimeOffset? time) => time is { } known ? Text(known) : null;

    /// <summary>How long before or after <paramref name="now"/> a time of <see cref="Text(DateTimeOffset)"/> is.</summary>
    public static string InWords(string time, DateTimeOffset now)
    {
        TimeSpan since = now - DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
        TimeSpan far = since.Duration();
        string text =
            far.TotalDays >= 2 ? Count(far.TotalDays, "d")
            : far.TotalHours >= 2 ? Count(far.TotalHours, "h")
            : far.TotalMinutes >= 2 ? Count(far.TotalMinutes, "min")
            : Count(far.TotalSeconds, "s");
        return since < TimeSpan.Zero ? "in " + text : text + " ago";
    }

    private static string Count(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value)} {unit}");
}
