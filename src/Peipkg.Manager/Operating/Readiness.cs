using System.Globalization;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.World;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Whether the farm does its work: upstreams are polled and answer, what is due is begun, what is published goes out, and
/// the disk has room. A failing build is not a problem of the farm.
/// </summary>
internal static class Readiness
{
    // Builds of others may take the places for hours; without any running, a due one begins within seconds.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    /// <summary>What is not as it should be, in words for an operator.</summary>
    public static IReadOnlyList<string> Problems(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        List<string> problems = [];
        try
        {
            if (live is null)
            {
                problems.Add("no manager is running");
            }
            else
            {
                Polls(stores, roster, live, problems);
                Builds(stores, live, problems);
            }

            Syncs(stores, problems);
            Disk(stores, problems);
            _ = stores.Repository.Published();
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            problems.Add(Boundary.Describe(exception));
        }

        return problems;
    }

    private static void Polls(FarmStores stores, RecipeRoster roster, LiveFarm live, List<string> problems)
    {
        HashSet<string> watched = [.. roster.Watched.Select(r => r.Name)];
        List<RecipeRecord> polls = [.. stores.Recipes.All().Where(r => watched.Contains(r.Name))];
        if (watched.Count == 0)
        {
            return;
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        DateTimeOffset latest = polls.Max(r => r.PolledAt) is { } time && time > live.StartedAt ? time : live.StartedAt;
        TimeSpan patience = (stores.Config.DefaultInterval * 2) + TimeSpan.FromMinutes(5);
        if (now - latest > patience)
        {
            problems.Add($"no upstream has been polled since {latest.Text()}");
        }

        if (polls.Count > 0 && polls.TrueForAll(r => r.Failures > 0))
        {
            problems.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the latest poll of every upstream failed ({polls.Count}), the first with: {polls[0].Outcome}"
                )
            );
        }
    }

    private static void Builds(FarmStores stores, LiveFarm live, List<string> problems)
    {
        if (live.Trouble() is { } trouble)
        {
            problems.Add($"builds are paused: {trouble}");
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        if (
            live.Counters.Running.Count == 0
            && stores
                .Builds.Due(now)
                .Where(b => live.WhyWaiting(b) == "begins now" && now - Later(b.ChangedAt, live.StartedAt) > Idle)
                .OrderBy(b => b.ChangedAt)
                .FirstOrDefault()
                is { } stuck
        )
        {
            problems.Add(
                $"{stuck.Recipe} {stuck.Version} is due since {(stuck.NextAttempt ?? stuck.ChangedAt).Text()} and nothing is begun"
            );
        }
    }

    private static void Syncs(FarmStores stores, List<string> problems)
    {
        foreach (SyncTarget target in stores.Targets)
        {
            SyncTargetRecord known = stores.Syncs.Get(target.Key);
            if (known.Failures > 0)
            {
                problems.Add($"the sync to {target.Config.Name} ({target.DisplayRemote}) fails: {known.LastError}");
            }

            if (known.CheckError.Length > 0)
            {
                problems.Add($"{target.Config.PublicUrl} does not serve what was synced: {known.CheckError}");
            }
        }
    }

    private static void Disk(FarmStores stores, List<string> problems)
    {
        long free = new DriveInfo(stores.Layout.Root).AvailableFreeSpace;
        if (free < stores.Config.Limits.MinFree)
        {
            problems.Add(
                $"only {ByteSize.Format(free)} are free in {stores.Layout.Root}; builds begin again with {ByteSize.Format(stores.Config.Limits.MinFree)}"
            );
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
