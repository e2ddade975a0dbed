using Microsoft.Extensions.Logging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Http;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;
using Peipkg.Manager.Watching;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Hosting;

/// <summary>All parts of one farm, put together by hand: what depends on what is read here and nowhere else.</summary>
internal sealed class Farm : IDisposable
{
    private readonly ManagerDatabase _database;
    private readonly RepositoryGate _gate = new();
    private readonly HttpClient _client = new();
    private readonly BuildStore _builds;
    private readonly SyncStore _syncs;
    private readonly SyncTarget[] _targets;
    private readonly WakeSignal _buildsWake = new();
    private volatile IReadOnlyDictionary<Forge, WebhookSecrets> _secrets;

    /// <param name="holder">The configuration.</param>
    /// <param name="layout">Its state directory, created and locked.</param>
    /// <param name="tools">The programs.</param>
    /// <param name="confinement">What keeps children within their resources.</param>
    /// <param name="farmKey">The public half of the signing key.</param>
    /// <param name="secrets">Of the forges that may deliver.</param>
    /// <param name="roster">The recipes, loaded.</param>
    /// <param name="redactor">Knows the secrets.</param>
    /// <param name="world">Clock and environment.</param>
    /// <param name="loggers">Where events go.</param>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public Farm(
        ConfigHolder holder,
        StateLayout layout,
        ToolSet tools,
        IConfinement confinement,
        PublicKey farmKey,
        IReadOnlyDictionary<Forge, WebhookSecrets> secrets,
        RosterHolder roster,
        Redactor redactor,
        ManagerWorld world,
        ILoggerFactory loggers
    )
    {
        TimeProvider clock = world.Clock;
        ManagerConfig config = holder.Current;
        _secrets = secrets;
        SyncTarget[] targets = [.. config.Uploads.Select(SyncTarget.From)];
        ChildEnvironment environment = new(world.Environment, layout.Root);
        _database = ManagerDatabase.Open(layout.Database, redactor);
        BuildStore builds = new(_database, clock);
        AttemptStore attempts = new(_database, clock);
        SyncStore syncs = new(_database, clock);
        EventStore events = new(_database, clock);
        events.Prune();
        RepositoryState repository = new(layout.Repository);
        ChildRunner children = new(clock, confinement: confinement);
        GitRunner git = new(new GitCommands(tools.Git, world.Environment, layout), children);

        Roster = roster;
        Redactor = redactor;
        Counters = new FarmCounters(clock);
        SyncServices services = new(
            tools,
            layout,
            repository,
            _gate,
            syncs,
            environment,
            children,
            git,
            new PublicCheck(_client),
            redactor,
            clock,
            loggers.CreateLogger<Syncer>()
        );
        Syncer.Clear(layout, targets);
        Syncer = new Syncer([.. targets.Select(target => new TargetSyncer(target, services))], builds);
        RepositoryTool = new RepoTool(
            tools,
            config,
            layout,
            repository,
            environment,
            children,
            clock,
            loggers.CreateLogger<RepoTool>()
        );
        OutputCheck check = new(farmKey, config.FarmId);
        Publisher publisher = new(
            layout,
            repository,
            RepositoryTool,
            _gate,
            attempts,
            check,
            targets.Length > 0,
            clock,
            loggers.CreateLogger<Publisher>()
        );
        BuildRunner runner = new(
            layout,
            roster,
            new SourceFetcher(git, () => holder.Current.Fetching, clock),
            new PackageBuild(tools, holder, layout, environment, children, check),
            check,
            publisher,
            repository,
            builds,
            attempts,
            () => new FailurePolicy(holder.Current.Builds.GiveUpAfter),
            Counters,
            redactor,
            clock,
            loggers.CreateLogger<BuildRunner>()
        )
        {
            KeepsFailed = () => holder.Current.Retention.Stages > TimeSpan.Zero,
        };
        Poller poller = new(
            new TagLister(git, layout, () => holder.Current.Polling.Timeout),
            new TagStore(_database, clock),
            builds,
            new RecipeStore(_database, clock),
            events,
            repository,
            clock,
            loggers.CreateLogger<Poller>()
        );
        Polls = new PollLoop(
            roster,
            poller,
            holder,
            new HostGate(config.Polling.MaxPerHost),
            _buildsWake,
            clock,
            loggers.CreateLogger<PollLoop>()
        );
        DiskGuard disk = new(
            layout.Root,
            () => holder.Current.Limits.MinFree,
            events,
            loggers.CreateLogger<DiskGuard>()
        );
        Builds = new BuildLoop(
            () => holder.Current.Builds.Parallel ?? Math.Max(1, world.ProcessorCount / 2),
            runner,
            builds,
            attempts,
            roster,
            Polls.IsPending,
            disk,
            Syncer,
            _buildsWake,
            clock,
            loggers.CreateLogger<BuildLoop>()
        );
        (_builds, _syncs, _targets) = (builds, syncs, targets);
        Recovery = new Recovery(layout, builds, attempts, world.ProcessId, clock, loggers.CreateLogger<Recovery>());
        FarmStores stores = new(_database, holder, layout, repository, clock);
        LiveFarm live = new()
        {
            ProcessId = world.ProcessId,
            StartedAt = clock.GetUtcNow(),
            Counters = Counters,
            WhyWaiting = Builds.WhyWaiting,
            Trouble = () => Builds.Trouble,
            Cancel = Builds.Cancel,
            Wake = _buildsWake.Set,
            Poll = Polls.Trigger,
            Drain = world.Signals.BeginDrain,
        };
        Control = new ControlServer(layout.Socket, new OperatorDesk(stores, () => roster.Current, live), loggers);
        Attendants = new Attendants(
            new Notifier(stores, children, environment, _client, redactor, loggers.CreateLogger<Notifier>()),
            new Housekeeping(stores),
            clock,
            loggers.CreateLogger<Notifier>()
        );
        if (config.Http.Address is { } address)
        {
            BodyBudget budget = new();
            Http = new HttpServer(
                address,
                new HttpPages(stores, () => roster.Current, live, redactor),
                [
                    .. Forge.All.Select(forge => new WebhookEndpoint(
                        forge,
                        roster,
                        Polls.Trigger,
                        () => _secrets.GetValueOrDefault(forge),
                        budget,
                        loggers.CreateLogger<WebhookEndpoint>()
                    )),
                ],
                loggers
            );
        }
    }

    public RosterHolder Roster { get; }

    /// <summary>Takes secrets out of what people get to see.</summary>
    public Redactor Redactor { get; }

    /// <summary>What forges prove themselves with; those that are not here are not heard.</summary>
    public IReadOnlyDictionary<Forge, WebhookSecrets> Secrets
    {
        get => _secrets;
        set => _secrets = value;
    }

    public PollLoop Polls { get; }

    public BuildLoop Builds { get; }

    public Syncer Syncer { get; }

    public RepoTool RepositoryTool { get; }

    public Recovery Recovery { get; }

    public FarmCounters Counters { get; }

    /// <summary>Where operators' commands come in.</summary>
    public ControlServer Control { get; }

    /// <summary>What goes on beside the work.</summary>
    public Attendants Attendants { get; }

    /// <summary>Null when <c>[http] addr</c> is empty.</summary>
    public HttpServer? Http { get; }

    /// <summary>Takes over a new roster and a new configuration where that takes more than looking at them.</summary>
    public void Reloaded()
    {
        Polls.Reload();
        _buildsWake.Set();
    }

    /// <summary>Does what every step of the work needs: asks the database. Hangs when that hangs.</summary>
    public bool IsAlive()
    {
        try
        {
            return _database.Read(session => session.Scalar<long>("SELECT 1")) == 1;
        }
        catch (StorageException)
        {
            // Full and failing disks are reported and waited for; a restart would not help.
            return true;
        }
    }

    /// <summary>Before anything else: what the last run left, and a repository to publish into.</summary>
    /// <exception cref="UserErrorException">The repository cannot be created.</exception>
    public async Task PrepareAsync(CancellationToken stop)
    {
        await Recovery.RunAsync(stop);
        try
        {
            await RepositoryTool.EnsureAsync(stop);
        }
        catch (PublishException e)
        {
            throw new UserErrorException($"the repository cannot be created: {e.Message}", e);
        }
    }

    /// <summary><c>--once</c>: one poll of every recipe, then build, publish and sync what is due.</summary>
    /// <returns>
    /// True when nothing that the recipes ask for is missing: every recipe can be used, every upstream answered, every
    /// version wanted is published, and the target holds it. True also when asked to end before that was known.
    /// </returns>
    public async Task<bool> RunOnceAsync(CancellationToken drain, CancellationToken stop)
    {
        bool complete = Roster.Current.Broken == 0;
        try
        {
            complete &= await Polls.PollAllAsync(drain);
            await Builds.RunDueAsync(drain, stop);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Asked to end while polling: nothing was lost.
        }

        await Syncer.SyncAsync(force: true, stop);
        return drain.IsCancellationRequested
            || (complete && _builds.Unfinished() == 0 && _targets.All(target => _syncs.Get(target.Key).Failures == 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Syncer.Dispose();
        _client.Dispose();
        _gate.Dispose();
        _database.Dispose();
    }
}
