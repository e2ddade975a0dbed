using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>What waits for an operator among the trials of recipes, and whether the forge hears of them.</summary>
internal static class TrialTroubles
{
    /// <summary>Of all requests.</summary>
    public static IEnumerable<Trouble> Of(FarmStores stores, LiveFarm? live)
    {
        foreach (TrialRecord trial in stores.Trials.Open().Where(trial => trial.State == TrialState.Waiting))
        {
            yield return Trouble.Warning(
                $"request:{trial.Request}",
                $"request {trial.Request} of {trial.Author ?? "somebody"} (commit {RecipeCheckout.Shorten(trial.Commit ?? "")}) waits for a word: read it, then approve that commit",
                $"peipkg-manager try --approve {trial.Id}"
            );
        }

        if (live?.ForgeError() is { } error)
        {
            yield return Trouble.Warning("forge", error, "peipkg-manager check-config");
        }
    }
}
