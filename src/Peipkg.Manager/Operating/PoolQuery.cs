using System.Text.Json.Serialization;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>How the pools stand, the same for the command line, the dashboard and metrics.</summary>
internal static class PoolQuery
{
    /// <summary>Every pool of the configuration, in its order; none where it has none.</summary>
    public static IReadOnlyList<PoolDocument> All(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        if (stores.Config.Pools.Count == 0)
        {
            return [];
        }

        IReadOnlyDictionary<string, string> drained = stores.Pools.Drained();
        IReadOnlyList<RunningBuild> running = live?.Counters.Running ?? [];
        RosterEntry[] waiting =
        [
            .. stores
                .Builds.Due(stores.Clock.GetUtcNow())
                .Where(build => !build.IsBuilt)
                .Select(build => roster.Find(build.Recipe))
                .OfType<RosterEntry>(),
        ];
        return
        [
            .. stores.Config.Pools.Select(pool =>
            {
                PoolOutage? outage = live?.Pools?.OutageOf(pool.Name);
                string? drain = drained.GetValueOrDefault(pool.Name);
                return new PoolDocument
                {
                    Name = pool.Name,
                    State =
                        drain is not null ? "drained"
                        : outage is null ? "up"
                        : outage.Failures > 0 ? "down"
                        : "tried",
                    Reason = drain ?? outage?.Reason,
                    Since = drain is null ? outage?.Since.Text() : null,
                    NextTry = outage?.NextTry.Text(),
                    Architectures = [.. pool.Architectures.Select(architecture => architecture.Text)],
                    Recipes = [.. pool.Patterns],
                    Launcher = pool.Launcher?.Program,
                    Slots = pool.Slots,
                    Running = running.Count(build => build.Pool == pool.Name),
                    Waiting = waiting.Count(recipe => pool.Takes(recipe.Name, recipe.Outputs)),
                };
            }),
        ];
    }

    /// <summary>The recipes that are watched and that no pool takes, and why not.</summary>
    public static IEnumerable<(string Recipe, string Why)> Homeless(ManagerConfig config, RecipeRoster roster) =>
        config.Pools.Count == 0
            ? []
            : roster
                .Watched.Where(recipe => !config.Pools.Any(pool => pool.Takes(recipe.Name, recipe.Outputs)))
                .Select(recipe => (recipe.Name, PoolBoard.NoneTakes(recipe)));
}

/// <summary>A pool and how it stands.</summary>
internal sealed record PoolDocument
{
    public required string Name { get; init; }

    /// <summary>up, down, tried (it is just being tried with a small build) or drained.</summary>
    public required string State { get; init; }

    /// <summary>Why it is not up; null while it is.</summary>
    public required string? Reason { get; init; }

    /// <summary>Since when it is down.</summary>
    public required string? Since { get; init; }

    /// <summary>When a pool that is down is tried again.</summary>
    public required string? NextTry { get; init; }

    /// <summary>What its machines build; empty: everything.</summary>
    public required IReadOnlyList<string> Architectures { get; init; }

    /// <summary>Patterns for the recipes that it builds; empty: all.</summary>
    public required IReadOnlyList<string> Recipes { get; init; }

    /// <summary>What it builds, in words.</summary>
    [JsonIgnore]
    public string Takes =>
        (Architectures.Count > 0 ? string.Join(", ", Architectures) : "any architecture")
        + (Recipes.Count > 0 ? $": {string.Join(", ", Recipes)}" : "");

    /// <summary>The launcher's program; null for this machine.</summary>
    public required string? Launcher { get; init; }

    public required int Slots { get; init; }

    /// <summary>Builds that run there.</summary>
    public required int Running { get; init; }

    /// <summary>Builds that are due and could run there; some perhaps in other pools, too.</summary>
    public required int Waiting { get; init; }
}
