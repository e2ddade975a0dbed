using Peipkg.Format.Editions;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>The farm's configuration, as <see cref="ConfigReader"/> has checked it. Paths are absolute.</summary>
/// <param name="FarmId"><c>[manager] id</c>: recorded in every package (§3.3.4).</param>
/// <param name="RecipesDirectory"><c>[manager] recipes_dir</c>; with <c>[recipes]</c> where what came from git is kept.</param>
/// <param name="StateDirectory"><c>[manager] state_dir</c>.</param>
/// <param name="Repository"><c>[repo]</c>: used when the repository is created.</param>
/// <param name="KeyFile"><c>[signing] key_file</c>.</param>
/// <param name="Uploads"><c>[upload]</c> or each <c>[[upload]]</c>, those of backend <c>none</c> left out.</param>
/// <param name="Http"><c>[http]</c>.</param>
/// <param name="DefaultInterval"><c>[poll] default_interval</c>, at least a minute.</param>
internal sealed record ManagerConfig(
    string FarmId,
    string RecipesDirectory,
    string StateDirectory,
    RepositoryConfig Repository,
    string KeyFile,
    IReadOnlyList<UploadConfig> Uploads,
    HttpConfig Http,
    TimeSpan DefaultInterval
)
{
    /// <summary><c>[recipes]</c>; null where they are in <c>recipes_dir</c>.</summary>
    public RecipesConfig? Recipes { get; init; }

    /// <summary><c>[forge]</c>: where changes of the recipes are asked for; null: none are tried.</summary>
    public ForgeConfig? Forge { get; init; }

    /// <summary>The rest of <c>[poll]</c>.</summary>
    public PollConfig Polling { get; init; } = PollConfig.Default;

    /// <summary><c>[fetch]</c>.</summary>
    public FetchConfig Fetching { get; init; } = FetchConfig.Default;

    /// <summary><c>[build]</c>.</summary>
    public BuildConfig Builds { get; init; } = BuildConfig.Default;

    /// <summary>Each <c>[[pool]]</c>; empty where <c>[build]</c> says where builds run.</summary>
    public IReadOnlyList<PoolConfig> Pools { get; init; } = [];

    /// <summary><c>[root]</c>: of what the roots of builds are composed; null where builds see this machine's programs.</summary>
    public RootConfig? Root { get; init; }

    /// <summary>Whether recipes' scripts run on this machine, as the manager's user.</summary>
    public bool BuildsHere =>
        Pools.Count == 0 ? Builds.Launcher is null : Pools.Any(static pool => pool.Launcher is null);

    /// <summary><c>[publish]</c>.</summary>
    public PublishConfig Publishing { get; init; } = PublishConfig.Default;

    /// <summary><c>[reproduce]</c>.</summary>
    public ReproduceConfig Reproducing { get; init; } = ReproduceConfig.Default;

    /// <summary><c>[limits]</c>.</summary>
    public LimitConfig Limits { get; init; } = LimitConfig.Default;

    /// <summary><c>[retention]</c>.</summary>
    public RetentionConfig Retention { get; init; } = RetentionConfig.Default;

    /// <summary><c>[log] level</c>: one of <see cref="Logging.LogSetup.LevelNames"/>; <c>--log-level</c> goes before it.</summary>
    public string LogLevel { get; init; } = Logging.LogSetup.DefaultLevel;

    /// <summary>Each <c>[[notify]]</c>.</summary>
    public IReadOnlyList<NotifyConfig> Notifications { get; init; } = [];

    /// <summary>Where a target of its own serves the packages; null when the repository holds them.</summary>
    public string? PackagesUrl => Uploads.FirstOrDefault(upload => upload.Content == UploadContent.Packages)?.PublicUrl;
}

/// <summary><c>[repo]</c>.</summary>
internal sealed record RepositoryConfig(string Name, string Description)
{
    /// <summary>The edition of the format; null takes that of the repository, and the default for a new one.</summary>
    public Edition? Edition { get; init; }

    /// <summary>Whether a new repository is the official one (PSPU 5.14); null takes what the repository is.</summary>
    public bool? Official { get; init; }
}

/// <summary><c>[http]</c>.</summary>
/// <param name="Address">Null: no server.</param>
internal sealed record HttpConfig(ListenAddress? Address)
{
    private static readonly Dictionary<string, IReadOnlyList<string>> None = [];

    /// <summary>For every forge that has none of its own; empty: no webhooks of those.</summary>
    public IReadOnlyList<string> WebhookSecretFiles { get; init; } = [];

    /// <summary>For one forge, by its name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ForgeSecretFiles { get; init; } = None;

    /// <summary>The files that hold a forge's secrets; empty: it delivers nothing here.</summary>
    public IReadOnlyList<string> SecretFilesOf(string forge) =>
        ForgeSecretFiles.GetValueOrDefault(forge, WebhookSecretFiles);

    /// <summary><c>serve_repo</c>: whether the repository is served below <c>/repo/</c>.</summary>
    public bool ServesRepository { get; init; }

    /// <summary><c>hosts</c>: the names under which pages are asked for, besides addresses and localhost; empty: any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary><c>public_url</c>: where people find the pages, without a slash at the end; null: links are told nobody.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Who may act from the dashboard; null: nobody.</summary>
    public ActingConfig? Acting { get; init; }
}

/// <summary><c>[poll]</c>: how hard upstreams may be asked.</summary>
/// <param name="MaxConcurrent">Listings under way at once.</param>
/// <param name="MaxPerHost">Of one host.</param>
/// <param name="Timeout">How long one may take.</param>
internal sealed record PollConfig(int MaxConcurrent, int MaxPerHost, TimeSpan Timeout)
{
    public static PollConfig Default { get; } = new(16, 4, TimeSpan.FromMinutes(1));
}

/// <summary><c>[build]</c>.</summary>
/// <param name="Parallel">Builds at once; null: half of the cores, at least one.</param>
/// <param name="GiveUpAfter">Consecutive failures of a recipe before a version is given up.</param>
internal sealed record BuildConfig(int? Parallel, int GiveUpAfter)
{
    public static BuildConfig Default { get; } = new(null, FailurePolicy.DefaultGiveUpAfter);

    /// <summary><c>sandbox</c>: what peipkg-build is told about it; null leaves the choice to peipkg-build.</summary>
    public bool? Sandbox { get; init; }

    /// <summary><c>launcher</c>: the command that runs builds elsewhere; null for builds on this machine.</summary>
    public LauncherCommand? Launcher { get; init; }
}

/// <summary><c>[retention]</c>: how long what only people look at is kept.</summary>
/// <param name="Logs">Logs of builds, after their last line.</param>
/// <param name="LogSize">All of them together, in bytes; the oldest go first.</param>
/// <param name="Stages">What failed builds leave; zero: it is removed at once.</param>
internal sealed record RetentionConfig(TimeSpan Logs, long LogSize, TimeSpan Stages)
{
    public static RetentionConfig Default { get; } = new(TimeSpan.FromDays(90), 2L << 30, TimeSpan.Zero);
}

/// <summary><c>[limits]</c>.</summary>
/// <param name="MinFree">No build begins with fewer bytes free below state_dir.</param>
internal sealed record LimitConfig(long MinFree)
{
    public static LimitConfig Default { get; } = new(256L << 20);

    /// <summary>The other keys: what a build may use where its recipe does not say otherwise.</summary>
    public BuildLimits Builds { get; init; } =
        new(Time: TimeSpan.FromHours(12), Silence: TimeSpan.FromHours(2), Log: 64L << 20, Processes: 8192);
}
