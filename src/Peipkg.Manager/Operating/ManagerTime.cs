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
}
