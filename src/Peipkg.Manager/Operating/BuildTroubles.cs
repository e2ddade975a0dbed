using Peipkg.Manager.Building;
using Peipkg.Manager.Storage;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>What is wrong with the builds: they fail, are not begun, or have no room.</summary>
internal static class BuildTroubles
{
    // Builds of others may take the places for hours; without any running, a due one begins within seconds.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    /// <summary>Of all builds.</summary>
    public static IEnumerable<Trouble> Of(FarmStores stores, LiveFarm? live)
    {
        if (live?.Trouble() is { } trouble)
        {
            yield return Trouble.Error("storage", $"builds are paused: {trouble}", "df -h");
        }

        if (live is { Counters.Running.Count: 0 } && Stuck(stores, live) is { } stuck)
        {
            yield return Trouble.Error(
                "builds",
                $"{stuck.Recipe} {stuck.Version} is due since {(stuck.NextAttempt ?? stuck.ChangedAt).Text()} and nothing is begun",
                $"peipkg-manager why {stuck.Recipe}"
            );
        }

        foreach (IGrouping<string, BuildRecord> recipe in stores.Builds.Failing().GroupBy(b => b.Recipe))
        {
            BuildRecord[] failing = [.. recipe];
            BuildRecord first = failing.MaxBy(b => b.ChangedAt)!;
            int givenUp = failing.Count(b => b.Hold == BuildHold.GivenUp);
            string versions =
                failing.Length == 1
                    ? $"{recipe.Key} {first.Version} fails"
                    : $"{failing.Length} versions of {recipe.Key} fail";
            string held = givenUp > 0 ? $" ({givenUp} given up)" : "";
            yield return Trouble.Warning(
                "failing:" + recipe.Key,
                $"{versions}{held}, last with: {first.Detail}",
                first.AttemptId is { } attempt ? $"peipkg-manager log {attempt}" : $"peipkg-manager why {recipe.Key}"
            ) with
            {
                IsTold = true,
            };
        }
    }

    /// <summary>Of the disk that they need.</summary>
    public static IEnumerable<Trouble> OfDisk(FarmStores stores)
    {
        long free = new DriveInfo(stores.Layout.Root).AvailableFreeSpace;
        if (free < stores.Config.Limits.MinFree)
        {
            yield return Trouble.Error(
                "disk",
                $"only {ByteSize.Format(free)} are free in {stores.Layout.Root}; builds begin again with {ByteSize.Format(stores.Config.Limits.MinFree)}",
                "peipkg-manager gc"
            ) with
            {
                IsTold = true,
            };
        }
    }

    private static BuildRecord? Stuck(FarmStores stores, LiveFarm live)
    {
        // Nearly every look ends at the age: why a build waits is the dear question.
        DateTimeOffset now = stores.Clock.GetUtcNow();
        BuildRecord[] old =
        [
            .. stores
                .Builds.Due(now)
                .Where(b => now - Later(b.ChangedAt, live.StartedAt) > Idle)
                .OrderBy(b => b.ChangedAt),
        ];
        if (old.Length == 0)
        {
            return null;
        }

        Func<BuildRecord, string> why = live.WhyWaiting();
        return Array.Find(old, b => why(b) == BuildLoop.BeginsNow);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
