using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Operating;

/// <summary>Everything that a farm remembers, for whoever looks at it, in the running manager or beside it.</summary>
internal sealed class FarmStores(
    ManagerDatabase database,
    ConfigHolder config,
    StateLayout layout,
    RepositoryState repository,
    TimeProvider clock
)
{
    /// <summary>As it is now; it changes on SIGHUP.</summary>
    public ManagerConfig Config => config.Current;

    public StateLayout Layout => layout;

    public TimeProvider Clock => clock;

    public BuildStore Builds { get; } = new(database);

    /// <summary>What changes the state of a build.</summary>
    public BuildMoves Moves { get; } = new(database, clock);

    public AttemptStore Attempts { get; } = new(database);

    public DayStore Days { get; } = new(database, clock);

    public EventStore Events { get; } = new(database, clock);

    public ReproductionStore Reproductions { get; } = new(database, clock);

    public PoolStore Pools { get; } = new(database, clock);

    public SettingStore Settings { get; } = new(database, clock);

    public RecipeStore Recipes { get; } = new(database, clock);

    public TagStore Tags { get; } = new(database, clock);

    /// <summary>Trials of recipes.</summary>
    public TrialStore Trials { get; } = new(database, clock);

    public TroubleStore Troubles { get; } = new(database, clock);

    public SyncStore Syncs { get; } = new(database, clock);

    public RepositoryState Repository => repository;

    public IReadOnlyList<SyncTarget> Targets { get; } = [.. config.Current.Uploads.Select(SyncTarget.From)];
}
