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
                Attempt = first.AttemptId,
            };
        }
    }

    /// <summary>Of what is built and held, since it would break what is published.</summary>
    public static IEnumerable<Trouble> OfHeld(FarmStores stores)
    {
        IReadOnlyList<(BuildRecord Build, IReadOnlyList<Lack> Lacks)> held = stores.Builds.Held();
        if (held.Count == 0)
        {
            yield break;
        }

        HashSet<string> open =
        [
            .. stores
                .Builds.Open()
                .Where(b => b.State != BuildState.Held && b.Hold == BuildHold.None)
                .Select(b => b.Recipe),
        ];

        // What only waits for another one that is held goes out with it, and is no trouble of its own.
        bool waits = held.Any(one => Others(one).Any());
        foreach (
            IGrouping<string, (BuildRecord Build, IReadOnlyList<Lack> Lacks)> recipe in held.Where(one =>
                    !waits || Others(one).Any()
                )
                .GroupBy(one => one.Build.Recipe)
        )
        {
            (BuildRecord build, IReadOnlyList<Lack> lacks) = recipe.Last();
            string name = $"{build.Recipe}@{build.Version}";
            string[] toDo =
            [
                .. Others((build, lacks))
                    .Select(lack => lack.Recipe)
                    .OfType<string>()
                    .Where(other => !open.Contains(other))
                    .Distinct(StringComparer.Ordinal),
            ];
            bool rebuilt = lacks.Any(lack => lack.IsRebuilt && toDo.Contains(lack.Recipe!, StringComparer.Ordinal));
            string after = rebuilt ? " even when built again" : "";
            yield return Trouble.Warning(
                "held:" + build.Recipe,
                $"{build.Recipe} {build.Version} is built and held{after}: {build.Detail}",
                toDo.Length > 0 && !rebuilt
                        ? $"peipkg-manager rebuild {string.Join(' ', toDo)} --reason \"{build.Recipe} {build.Version}\""
                    : lacks.All(lack => lack.Recipe == build.Recipe) ? $"peipkg-manager retry {name}"
                    : $"peipkg-manager why {name}"
            ) with
            {
                IsTold = true,
            };
        }

        static IEnumerable<Lack> Others((BuildRecord Build, IReadOnlyList<Lack> Lacks) one) =>
            one.Lacks.Where(lack => lack.Recipe != one.Build.Recipe);
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
