using Peipkg.Manager.Building;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>What is wrong with the pools: they do not build, or none takes a recipe.</summary>
internal static class PoolTroubles
{
    /// <summary>Of all pools.</summary>
    public static IEnumerable<Trouble> Of(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        if (stores.Config.Pools.Count == 0)
        {
            yield break;
        }

        IReadOnlyDictionary<string, string> drained = stores.Pools.Drained();
        string[] names = [.. stores.Config.Pools.Select(pool => pool.Name)];
        bool anyUp = names.Any(name => !drained.ContainsKey(name) && OutageOf(live, name) is null);
        foreach (string name in names)
        {
            if (drained.TryGetValue(name, out string? reason))
            {
                yield return Trouble.Warning(
                    "pool:" + name,
                    $"pool {name} is drained: {reason}",
                    $"peipkg-manager pool resume {name}"
                );
            }
            else if (OutageOf(live, name) is { } outage)
            {
                string text = $"pool {name} is down: {outage.Reason}";
                string remedy = $"peipkg-manager pool test {name}";
                yield return anyUp
                    ? Trouble.Warning("pool:" + name, text, remedy)
                    : Trouble.Error("pool:" + name, text, remedy);
            }
        }

        foreach ((string recipe, string why) in PoolQuery.Homeless(stores.Config, roster))
        {
            yield return Trouble.Warning("unplaced:" + recipe, $"recipe {recipe} {why}", "peipkg-manager pool list");
        }
    }

    // One that is only being tried is not known to be down.
    private static PoolOutage? OutageOf(LiveFarm? live, string name) =>
        live?.Pools?.OutageOf(name) is { Failures: > 0 } outage ? outage : null;
}
