using System.Net;
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
using Peipkg.Manager.Trials;
using Peipkg.Manager.Watching;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Hosting;

/// <summary>What a farm is made of that is read and checked before: its configuration, its key, its recipes.</summary>
internal sealed record FarmSetup
{
    public required ConfigHolder Config { get; init; }

    /// <summary>When the configuration was last written.</summary>
    public required DateTimeOffset Configured { get; init; }

    /// <summary>The state directory, created and locked.</summary>
    public required StateLayout Layout { get; init; }

    public required ToolSet Tools { get; init; }

    /// <summary>What keeps children within their resources.</summary>
    public required IConfinement Confinement { get; init; }

    /// <summary>The public half of the signing key.</summary>
    public required PublicKey Key { get; init; }

    /// <summary>Of the forges that may deliver.</summary>
    public required IReadOnlyDictionary<Forge, WebhookSecrets> Secrets { get; init; }

    /// <summary>The recipes, loaded.</summary>
    public required RosterHolder Roster { get; init; }

    public required Redactor Redactor { get; init; }

    public required ManagerWorld World { get; init; }

    public required ILoggerFactory Loggers { get; init; }
}

/// <summary>
/// All parts of one farm, put together by hand: what depends on what is read here and nowhere else. Read the constructor
/// from top to bottom for the way of a tag: polled, queued, built, published, synced; and beside it, who looks on.
/// </summary>
internal sealed class Farm : IDisposable
{
    private readonly FarmSetup _setup;
    private readonly ManagerDatabase _database;
    private readonly FarmStores _stores;
    private readonly ChildEnvironment _environment;
    private readonly ChildRunner _children;
    private readonly GitRunner _git;
    private readonly RepositoryGate _gate = new();
    private readonly HttpClient _client = new();

    // A listing may be compressed and is bounded unpacked; its timeout is the poll's.
    private readonly HttpClient _listings = new(
        new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            MaxAutomaticRedirections = 5,
            UseCookies = false,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "peipkg-manager" } },
    };

    // A notification's secret is its address; nobody may send it elsewhere.
    private readonly HttpClient _straight = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly WakeSignal _buildsWake = new();
    private readonly SpareSlots _spare;
    private readonly RequestCheck? _requests;
    private volatile IReadOnlyDictionary<Forge, WebhookSecrets> _secrets;

    /// <exception cref="StorageException">The database cannot be used.</exception>
    public Farm(FarmSetup setup)
    {
        _setup = setup;
        _secrets = setup.Secrets;
        _database = ManagerDatabase.Open(setup.Layout.Database, setup.Redactor);
        _stores = new FarmStores(
            _database,
            setup.Config,
            setup.Layout,
            new RepositoryState(setup.Layout.Repository),
            Clock
        );
        _stores.Events.Prune();
        OwnClock = new FarmClock(_stores.Settings, _stores.Repository, setup.World.SynchronizedTime, Clock);
        Hold = new PublishingHold(_stores.Repository, OwnClock);
        _environment = new ChildEnvironment(setup.World.Environment, setup.Layout.Root);
        _children = new ChildRunner(Clock, confinement: setup.Confinement);
        _git = new GitRunner(new GitCommands(setup.Tools.Git, setup.World.Environment, setup.Layout), _children);

        Polls = MakePolls();
        Syncer = MakeSyncer();
        RepositoryTool = new RepoTool(
            setup.Tools,
            setup.Config,
            setup.Layout,
            _stores.Repository,
            _environment,
            _children,
            OwnClock,
            Clock,
            Logger<RepoTool>()
        );
        Renewal = new IndexRenewal(
            setup.Layout,
            _stores.Repository,
            RepositoryTool,
            _gate,
            Hold,
            Clock,
            Logger<IndexRenewal>()
        );
        Counters = new FarmCounters(Clock);
        _spare = new SpareSlots(_buildsWake.Set);
        OutputCheck check = new(setup.Key, Config.FarmId);
        PackageBuild build = new(
            setup.Tools,
            setup.Config,
            setup.Layout,
            _environment,
            _children,
            new RootComposer(
                setup.Tools,
                setup.Layout,
                setup.Key.Fingerprint,
                () => Config.Fetching,
                _environment,
                _children
            ),
            check
        );
        Pools = MakePools(build);
        Builds = MakeBuilds(build, check);
        Recovery = new Recovery(
            setup.Layout,
            _stores.Builds,
            _stores.Moves,
            setup.World.ProcessId,
            Clock,
            Logger<Recovery>()
        );

        Source = Config.Recipes is { } source ? MakeSource(source) : null;
        BranchFetcher branches = MakeBranches(_git);
        _requests = Source is null
            ? null
            : new RequestCheck(
                setup.Config,
                branches,
                _stores.Trials,
                cancel: (trial, reason) => Trials!.Cancel(trial, reason, by: null),
                Logger<RequestCheck>()
            );
        Trials = MakeTrials(build, branches);
        Statuses = new ForgeStatuses(setup.Config, _stores.Trials, _straight, Redactor, Clock, Logger<ForgeStatuses>());
        LiveFarm live = new()
        {
            ProcessId = setup.World.ProcessId,
            StartedAt = Clock.GetUtcNow(),
            Counters = Counters,
            Pools = Pools,
            Trials = Trials,
            ForgeError = () => Statuses.Error,
            WhyWaiting = Builds.WhyWaiting,
            Trouble = () => Builds.Trouble,
            RefusedReload = () => RefusedReload,
            Recipes = () => Source?.State,
            Reload = () =>
                Reload is { } reload
                    ? reload()
                    : throw new OperatorException(
                        "the manager is starting or ending, or runs once; it reads everything when it starts"
                    ),
            Held = () => Hold.Find(() => null),
            Signer = setup.Key.Fingerprint,
            Cancel = Builds.Cancel,
            Wake = _buildsWake.Set,
            Poll = Polls.Trigger,
            Drain = setup.World.Signals.BeginDrain,
        };
        OperatorDesk desk = new(_stores, () => Roster.Current, live, Logger<OperatorDesk>());
        Control = new ControlServer(setup.Layout.Socket, desk, Clock, setup.Loggers);
        Attendants = new Attendants(
            new Notifier(
                _stores,
                _children,
                _environment,
                _straight,
                new NotificationWriter(_stores, () => Roster.Current, setup.Redactor),
                setup.Redactor,
                Logger<Notifier>()
            ),
            new Housekeeping(_stores),
            Renewal,
            OwnClock,
            new TroubleWatch(_stores, () => Roster.Current, live),
            Clock,
            Logger<Notifier>()
        );
        Http = Config.Http.Address is { } address ? MakeHttp(address, live, desk) : null;
    }

    public RosterHolder Roster => _setup.Roster;

    /// <summary>Whether the time is to be believed.</summary>
    public FarmClock OwnClock { get; }

    /// <summary>What holds publishing up.</summary>
    public PublishingHold Hold { get; }

    /// <summary>Why the configuration was not reloaded; null when the last reload was taken.</summary>
    public string? RefusedReload { get; set; }

    /// <summary>Reads recipes and configuration again, where somebody does.</summary>
    public Func<ReloadOutcome>? Reload { get; set; }

    /// <summary>Where the recipes come from; null where they are in a directory of the operator's.</summary>
    public RecipePull? Source { get; }

    /// <summary>Takes secrets out of what people get to see.</summary>
    public Redactor Redactor => _setup.Redactor;

    /// <summary>What forges prove themselves with; those that are not here are not heard.</summary>
    public IReadOnlyDictionary<Forge, WebhookSecrets> Secrets
    {
        get => _secrets;
        set => _secrets = value;
    }

    public PollLoop Polls { get; }

    /// <summary>Where builds run.</summary>
    public PoolBoard Pools { get; }

    public BuildLoop Builds { get; }

    /// <summary>Tries changes of recipes.</summary>
    public TrialLoop Trials { get; }

    /// <summary>Tells the forge of that.</summary>
    public ForgeStatuses Statuses { get; }

    public Syncer Syncer { get; }

    public RepoTool RepositoryTool { get; }

    /// <summary>Keeps the indexes fresh.</summary>
    public IndexRenewal Renewal { get; }

    public Recovery Recovery { get; }

    public FarmCounters Counters { get; }

    /// <summary>Where operators' commands come in.</summary>
    public ControlServer Control { get; }

    /// <summary>What goes on beside the work.</summary>
    public Attendants Attendants { get; }

    /// <summary>Null when <c>[http] addr</c> is empty.</summary>
    public HttpServer? Http { get; }

    private TimeProvider Clock => _setup.World.Clock;

    // As it is at the moment; parts that live long ask for it again.
    private ManagerConfig Config => _setup.Config.Current;

    /// <summary>Takes over a new roster and a new configuration where that takes more than looking at them.</summary>
    public void Reloaded()
    {
        CloseRemoved();
        Polls.Reload();
        _stores.Moves.LookAgain();
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
        OwnClock.Begin(_setup.Configured);
        await Recovery.RunAsync(stop);
        Trials.Begin();
        Source?.Begin();
        CloseRemoved();
        try
        {
            await RepositoryTool.EnsureAsync(stop);
        }
        catch (PublishException exception)
        {
            throw new UserErrorException($"the repository cannot be created: {exception.Message}", exception);
        }
    }

    /// <summary><c>--once</c>: one poll of every recipe, then build, publish and sync what is due.</summary>
    /// <returns>
    /// True when nothing that the recipes ask for is missing: every recipe can be used, every upstream answered, every
    /// version wanted is published, and the target holds it. True also when asked to end before that was known.
    /// </returns>
    public async Task<bool> RunOnceAsync(CancellationToken drain, CancellationToken stop)
    {
        bool complete = true;
        Attendants.Begin();
        try
        {
            complete &= Source is null || await Source.PullAsync(drain);
            complete &= Roster.Current.Broken == 0;
            complete &= await Polls.PollAllAsync(drain);
            await Builds.RunDueAsync(drain, stop);
            await Renewal.RunAsync(drain);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Asked to end while polling: nothing was lost.
        }

        await Syncer.SyncAsync(force: true, stop);
        await Attendants.FinishAsync(stop);
        return drain.IsCancellationRequested
            || (
                complete
                && _stores.Builds.Unfinished() == 0
                && _stores.Targets.All(target => _stores.Syncs.Get(target.Key).Failures == 0)
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pools.Dispose();
        Syncer.Dispose();
        _client.Dispose();
        _straight.Dispose();
        _listings.Dispose();
        _gate.Dispose();
        _database.Dispose();
    }

    // No poll will ever say what becomes of them; a recipe with a mistake is still there.
    private void CloseRemoved()
    {
        if (Roster.IsKnown)
        {
            _stores.Moves.Close([
                .. _stores
                    .Builds.Open()
                    .Where(b => b.State is BuildState.Queued or BuildState.Failed && !Roster.Current.Knows(b.Recipe))
                    .Select(b => (b.Id, BuildState.Skipped, "its recipe was removed")),
            ]);
        }
    }

    private RecipePull MakeSource(RecipesConfig source) =>
        new(
            source,
            _setup.Config,
            _setup.Layout,
            MakeBranches(_git),
            Roster,
            _stores.Events,
            taken: () =>
            {
                Redactor.Learn(FarmSecrets.Of(Config, Secrets, Roster.Current));
                Reloaded();
            },
            Redactor,
            Clock,
            Logger<RecipePull>()
        );

    private BranchFetcher MakeBranches(GitRunner git) =>
        new(git, _setup.Layout, () => Config.Polling.Timeout, () => Config.Fetching, Clock);

    private TrialLoop MakeTrials(PackageBuild build, BranchFetcher branches)
    {
        // Nothing that opens a door: no keys, helpers, cookies or configuration of the operator's.
        GitRunner stranger = new(new GitCommands(_setup.Tools.Git, _environment.Strange(), _setup.Layout), _children);
        TrialUpstreams Upstreams(GitRunner git) =>
            new(
                new VersionLister(
                    new TagLister(git, _setup.Layout, () => Config.Polling.Timeout),
                    new ArchiveLister(_listings, () => Config.Polling.Timeout)
                ),
                new VersionSource(
                    new SourceFetcher(git, () => Config.Fetching, Clock),
                    new ArchiveFetcher(_setup.Tools, () => Config.Fetching, _environment, _children)
                )
            );
        TrialServices services = new()
        {
            Config = _setup.Config,
            Layout = _setup.Layout,
            Tools = _setup.Tools,
            Environment = _environment,
            Children = _children,
            Known = Upstreams(_git),
            Strange = Upstreams(stranger),
            Build = build,
            Slots = _spare,
            Roster = Roster,
            Repository = _stores.Repository,
            Store = _stores.Trials,
            Redactor = Redactor,
            Clock = Clock,
        };
        return new TrialLoop(
            new TrialRunner(services, new TrialTree(_setup.Layout, _setup.Config, branches, Roster)),
            _requests,
            _stores.Trials,
            _setup.Layout,
            Clock,
            Logger<TrialLoop>()
        );
    }

    // Whose forge it is, and for which branch, must be what the configuration says.
    private string TakeRequest(string forge, RequestDelivery delivery)
    {
        if (Config is not { Forge: { } config, Recipes: { } from } || config.Kind != forge)
        {
            return $"requests of {forge} are not tried here ([forge])";
        }

        if (delivery.Closed is { } closed)
        {
            return _requests!.Close(closed);
        }

        if (from.Branch is { } branch ? delivery.Target != branch : !delivery.IsDefault)
        {
            return $"this request is for another branch than {from.Branch ?? "the default one"}";
        }

        if (delivery.Request is not { } request)
        {
            return "this event changes no commit of the request";
        }

        string outcome = _requests!.Receive(request);
        Trials.Wake();
        return outcome;
    }

    private PollLoop MakePolls() =>
        new(
            Roster,
            new Poller(
                new VersionLister(
                    new TagLister(_git, _setup.Layout, () => Config.Polling.Timeout),
                    new ArchiveLister(_listings, () => Config.Polling.Timeout)
                ),
                _stores.Tags,
                _stores.Builds,
                _stores.Moves,
                _stores.Recipes,
                _stores.Events,
                _stores.Repository,
                Clock,
                Logger<Poller>()
            ),
            _setup.Config,
            new HostGate(Config.Polling.MaxPerHost),
            _buildsWake,
            Clock,
            Logger<PollLoop>()
        );

    private PoolBoard MakePools(PackageBuild build)
    {
        PoolProbe probe = new(build, _setup.Layout, _setup.Config, Redactor, Clock);
        return new PoolBoard(
            () => Config.Pools.Count > 0 ? Config.Pools : [PoolConfig.Only(Config.Builds, _setup.World.ProcessorCount)],
            _stores.Pools,
            probe.RunAsync,
            wake: _buildsWake.Set,
            Clock,
            Logger<PoolBoard>()
        );
    }

    private BuildLoop MakeBuilds(PackageBuild build, OutputCheck check)
    {
        VersionSource sources = new(
            new SourceFetcher(_git, () => Config.Fetching, Clock),
            new ArchiveFetcher(_setup.Tools, () => Config.Fetching, _environment, _children)
        );
        BuildRunner runner = new(
            _setup.Layout,
            Roster,
            sources,
            build,
            Pools,
            check,
            new Publisher(
                _setup.Layout,
                _stores.Repository,
                RepositoryTool,
                _gate,
                _stores.Builds,
                _stores.Attempts,
                _stores.Moves,
                check,
                Hold,
                new BreakKeeper(
                    () => Config.Publishing.OnBreak,
                    _stores.Repository,
                    _stores.Builds,
                    _stores.Moves,
                    Roster,
                    (IReadOnlyList<string> recipes, string reason, out IReadOnlyList<string> leftOut) =>
                        RebuildOrder.Possible(_stores, Roster.Current, recipes, reason, out leftOut),
                    Clock,
                    Logger<BreakKeeper>()
                ),
                _stores.Troubles,
                syncs: _stores.Targets.Count > 0,
                Clock,
                Logger<Publisher>()
            ),
            _stores.Repository,
            _stores.Builds,
            _stores.Attempts,
            _stores.Moves,
            policy: () => new FailurePolicy(Config.Builds.GiveUpAfter),
            Counters,
            Redactor,
            Clock,
            Logger<BuildRunner>()
        )
        {
            KeepsFailed = () => Config.Retention.Stages > TimeSpan.Zero,
        };
        return new BuildLoop(
            Pools,
            runner,
            new Reproducer(
                _setup.Config,
                _setup.Layout,
                Roster,
                sources,
                build,
                Pools,
                _stores.Repository,
                RepositoryTool,
                Renewal,
                _stores.Builds,
                _stores.Reproductions,
                Counters,
                Redactor,
                Clock,
                Logger<Reproducer>()
            )
            {
                CleanUp = runner.CleanUp,
                Keep = runner.Keep,
            },
            _stores.Builds,
            _stores.Moves,
            Roster,
            _stores.Repository,
            isPending: Polls.IsPending,
            new DiskGuard(_setup.Layout.Root, () => Config.Limits.MinFree, _stores.Events, Logger<DiskGuard>()),
            _spare,
            isPaused: () => _stores.Settings.PauseReason() is not null,
            Syncer,
            _buildsWake,
            Clock,
            Logger<BuildLoop>()
        );
    }

    private Syncer MakeSyncer()
    {
        SyncServices services = new(
            _setup.Tools,
            _setup.Layout,
            _stores.Repository,
            _gate,
            _stores.Syncs,
            _environment,
            _children,
            _git,
            new PublicCheck(_client),
            Redactor,
            Clock,
            Logger<Syncer>()
        );
        Syncer.Clear(_setup.Layout, _stores.Targets);
        return new Syncer([.. _stores.Targets.Select(target => new TargetSyncer(target, services))], _stores.Moves);
    }

    private HttpServer MakeHttp(ListenAddress address, LiveFarm live, OperatorDesk desk)
    {
        BodyBudget budget = new();
        return new HttpServer(
            address,
            new HttpPages(_stores, () => Roster.Current, live, desk, Redactor, _setup.Loggers),
            [
                .. Forge.All.Select(forge => new WebhookEndpoint(
                    forge,
                    Roster,
                    trigger: Polls.Trigger,
                    recipes: Source is { } source && Config.Recipes is { } from
                        ? new WatchedRepository(from.Git, () => source.Trigger(again: false), TakeRequest)
                        : null,
                    current: () => _secrets.GetValueOrDefault(forge),
                    budget,
                    Clock,
                    Logger<WebhookEndpoint>()
                )),
            ],
            Clock,
            _setup.Loggers
        );
    }

    private ILogger<T> Logger<T>() => _setup.Loggers.CreateLogger<T>();
}
