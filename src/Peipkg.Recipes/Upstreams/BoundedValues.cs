using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>Reads limits: durations, sizes and counts that have bounds themselves. Null where a key is absent or wrong.</summary>
public static class BoundedValues
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>A duration from a second to <see cref="RecipeLimits.LongestTimer"/>.</summary>
    public static TimeSpan? BoundedDuration(this TomlSection section, string key)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Parsed<TimeSpan>(key, GoDuration.TryParse) is not { } duration)
        {
            return null;
        }

        if (duration.Value < Shortest || duration.Value > RecipeLimits.LongestTimer)
        {
            section.Problems.Error(
                duration.Position,
                $"{key} in {section.Label} must be from 1s to {RecipeLimits.LongestTimer.TotalHours}h"
            );
            return null;
        }

        return duration.Value;
    }

    /// <summary>A size of at least so many bytes.</summary>
    public static long? BoundedSize(this TomlSection section, string key, long least = 1)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Parsed<long>(key, ByteSize.TryParse) is not { } size)
        {
            return null;
        }

        if (size.Value < least)
        {
            section.Problems.Error(
                size.Position,
                least == 1
                    ? $"{key} in {section.Label} must be more than 0 bytes"
                    : $"{key} in {section.Label} must be at least {ByteSize.Format(least)}"
            );
            return null;
        }

        return size.Value;
    }

    /// <summary>A number of things, at least one.</summary>
    public static int? BoundedCount(this TomlSection section, string key, int most)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Integer(key) is not { } count)
        {
            return null;
        }

        if (count.Value < 1 || count.Value > most)
        {
            section.Problems.Error(
                count.Position,
                $"{key} in {section.Label} must be from 1 to {most}, not {count.Value}"
            );
            return null;
        }

        return (int)count.Value;
    }
}
