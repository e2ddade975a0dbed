using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Everything that is not as it should be, in one list: <c>/readyz</c>, <c>status</c>, the dashboard, metrics and
/// notifications all show it, so they agree. Worst first, and what was acknowledged last.
/// </summary>
internal static class TroubleList
{
    /// <summary>What is wrong now.</summary>
    /// <param name="stores">What the farm remembers.</param>
    /// <param name="roster">The recipes.</param>
    /// <param name="live">The running manager; null beside one that does not run.</param>
    public static IReadOnlyList<Trouble> Collect(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        List<Trouble> troubles = [];
        Look(troubles, "manager", () => Manager(stores, live));
        Look(troubles, "polls", () => PollTroubles.Of(stores, roster, live));
        Look(troubles, "builds", () => BuildTroubles.Of(stores, live));
        Look(troubles, "pools", () => PoolTroubles.Of(stores, roster, live));
        Look(troubles, "held", () => BuildTroubles.OfHeld(stores));
        Look(troubles, "reproduce", () => ReproductionQuery.Troubles(stores));
        Look(troubles, "recipes", () => RecipeTroubles.Of(stores, roster, live));
        Look(troubles, "requests", () => TrialTroubles.Of(stores, live));
        Look(troubles, "sync", () => RepositoryTroubles.OfSyncs(stores));
        Look(troubles, "disk", () => BuildTroubles.OfDisk(stores));
        Look(troubles, "repository", () => RepositoryTroubles.OfKeys(stores, live));
        Dictionary<string, KnownTrouble> known = new(StringComparer.Ordinal);
        Dictionary<string, Acknowledgement> said = new(StringComparer.Ordinal);
        Look(
            troubles,
            "database",
            () =>
            {
                known = stores.Troubles.All().ToDictionary(t => t.Key, StringComparer.Ordinal);
                said = stores.Troubles.Acknowledged().ToDictionary(a => a.Key, StringComparer.Ordinal);
                return known.Values.Where(t => t.IsKept).Select(Kept);
            }
        );
        DateTimeOffset now = stores.Clock.GetUtcNow();
        return
        [
            .. troubles
                .DistinctBy(t => t.Key, StringComparer.Ordinal)
                .Select(t =>
                    t with
                    {
                        Since = known.GetValueOrDefault(t.Key)?.Since ?? t.Since ?? now,
                        Acknowledged = said.GetValueOrDefault(t.Key),
                    }
                )
                .OrderBy(t => t.Acknowledged is not null)
                .ThenByDescending(t => t.Severity)
                .ThenBy(t => t.Since)
                .ThenBy(t => t.Key, StringComparer.Ordinal),
        ];
    }

    // What cannot be looked at is a trouble itself, and hides no other.
    private static void Look(List<Trouble> troubles, string what, Func<IEnumerable<Trouble>> look)
    {
        try
        {
            troubles.AddRange(look());
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            troubles.Add(Trouble.Error(what, Boundary.Describe(exception), "peipkg-manager check-config"));
        }
    }

    private static Trouble Kept(KnownTrouble trouble) =>
        new(trouble.Key, trouble.Severity, trouble.Detail, $"peipkg-manager ack {trouble.Key}") { IsTold = true };

    private static IEnumerable<Trouble> Manager(FarmStores stores, LiveFarm? live)
    {
        if (live is null)
        {
            yield return Trouble.Error("manager", "no manager is running", "systemctl start peipkg-manager");
        }

        if (live?.RefusedReload() is { } refused)
        {
            yield return Trouble.Error(
                "reload",
                $"the configuration has mistakes and was not reloaded, the former one stays: {refused}",
                "peipkg-manager check-config"
            );
        }

        if (live?.Held() is { } held)
        {
            yield return Trouble.Error(held.Key, $"nothing is published: {held.Reason}", held.Remedy);
        }

        if (stores.Settings.PauseReason() is { } pause)
        {
            yield return Trouble.Warning("paused", $"all builds are paused: {pause}", "peipkg-manager resume");
        }
    }
}
