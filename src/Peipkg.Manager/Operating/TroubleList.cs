using Peipkg.Manager.Configuration;
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
        Look(troubles, "recipes", () => Recipes(stores, roster, live));
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

    private static IEnumerable<Trouble> Recipes(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        if (
            stores.Config.Recipes is { } source
            && live?.Recipes() is { } state
            && OfSource(source, state, roster) is { } bad
        )
        {
            yield return bad;
        }

        foreach (BrokenRecipe broken in roster.BrokenRecipes)
        {
            yield return Trouble.Warning(
                "recipe:" + broken.Name,
                $"recipe {broken.Name} cannot be used: {broken.Problems[0]}",
                $"peipkg-build check {Path.Combine(RecipeCheckouts.Place(stores.Config)?.Directory ?? "", broken.Name)}"
            );
        }

        foreach (SharedPackage shared in roster.SharedPackages)
        {
            yield return Trouble.Warning("package:" + shared.Package, shared.Describe(), "peipkg-manager check-config");
        }
    }

    private static Trouble? OfSource(RecipesConfig source, RecipePullState state, RecipeRoster roster)
    {
        string stays = roster.Commit is { } commit
            ? $"those of {RecipeCheckout.Shorten(commit)} stay in force"
            : "there are none in force";
        if (state.Refused is { } refused)
        {
            string verdict =
                refused == roster.Commit
                    ? "are in force and would not be taken over any more"
                    : $"were not taken over, {stays}";
            return Trouble.Error(
                "recipes",
                $"the recipes of commit {RecipeCheckout.Shorten(refused)} {verdict}: {state.Reason}",
                $"git show {refused}"
            );
        }

        if (state.Error is not { } error)
        {
            return null;
        }

        string text = $"the recipes could not be fetched, {WhyQuery.Times(state.Failures)} by now, {stays}: {error}";
        string remedy = $"git ls-remote {source.Git.Text} {source.Reference}";
        return roster.Commit is null
            ? Trouble.Error("recipes", text, remedy)
            : Trouble.Warning("recipes", text, remedy);
    }
}
