using System.Globalization;
using System.Text;

namespace Peipkg.Manager.Logging;

/// <summary>Writes durations as the configuration spells them: <c>1h5m</c>, <c>90s</c> as <c>1m30s</c>, <c>250ms</c>.</summary>
internal static class DurationText
{
    public static string Format(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
        {
            return "-" + Format(span.Negate());
        }

        if (span < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalMilliseconds}ms");
        }

        long seconds = (long)Math.Round(span.TotalSeconds);
        StringBuilder text = new();
        AppendUnit(text, seconds / 3600, 'h');
        AppendUnit(text, seconds / 60 % 60, 'm');
        AppendUnit(text, seconds % 60, 's');
        return text.ToString();
    }

    private static void AppendUnit(StringBuilder text, long count, char unit)
    {
        if (count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }
    }
}
