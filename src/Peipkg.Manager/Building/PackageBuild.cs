using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>
/// Builds one attempt's packages in a pool, here or through its launcher, and signs them after they were verified: what
/// runs a recipe's script never sees the key.
/// </summary>
internal sealed class PackageBuild(
    ToolSet tools,
    ConfigHolder holder,
    StateLayout layout,
    ChildEnvironment environment,
    ChildRunner children,
    RootComposer roots,
    OutputCheck check
)
{
    // A launcher's contract (docs/launchers.md): any other status says nothing about the recipe.
    private const int LauncherSaysBuildFailed = 1;

    // A log tells more than the build: what fetching wrote, and headings.
    private const long LogMargin = 8L << 20;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly ChildLimits SignLimits = new(TimeSpan.FromHours(2), TimeSpan.FromHours(2))
    {
        Output = 1 << 20,
    };

    // What a reload changes holds from the next step on.
    private ManagerConfig Config => holder.Current;

    /// <summary>Builds from the fetched source.</summary>
    /// <param name="order">What to build.</param>
    /// <param name="pool">Where.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="log">Its log.</param>
    /// <param name="cancellation">Stops the build.</param>
    /// <returns>The directory that holds the finished, signed packages and nothing else.</returns>
    /// <exception cref="BuildFailureException">The build failed, or what it made is not what was ordered.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    public async Task<string> RunAsync(
        BuildOrder order,
        PoolConfig pool,
        long attempt,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        BuildRoom room = new(attempt, layout.StageOf(attempt), layout.SourceOf(attempt));
        string? recipe = order.Recipe.Digest();
        IReadOnlyList<string> packages = await BuildUnsignedAsync(order, pool, room, log, cancellation);
        bool isSame = recipe is not null && recipe == order.Recipe.Digest();
        if (!isSame)
        {
            log.Heading("the recipe changed while it was built, and so nothing is attested of the build");
        }

        return await SignAsync(
            packages,
            isSame
                ?
                [
                    "--attest",
                    .. Config.Recipes is { } recipes && order.RecipeCommit is { } commit
                        ? (string[])[$"--recipe-ref=git+{recipes.Git.Text}#{commit}"]
                        : [],
                    .. AttestArguments.Compose(order, pool.Launcher, Config.Builds.Sandbox, room),
                ]
                : [],
            room,
            log,
            cancellation
        );
    }

    /// <summary>Builds, and verifies what came of it; the same for a build and for a pool that is tried.</summary>
    /// <returns>The packages, unsigned.</returns>
    /// <exception cref="BuildFailureException">The build failed, or what it made is not what was ordered.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    public async Task<IReadOnlyList<string>> BuildUnsignedAsync(
        BuildOrder order,
        PoolConfig pool,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        Directory.CreateDirectory(room.Temporary);
        BuildLimits limits = order.Recipe.Document.Limits.Within(Config.Limits.Builds);
        log.MaxBytes = (limits.Log ?? log.MaxBytes) + LogMargin;
        string unsigned = pool.Launcher is { } launcher
            ? await LaunchAsync(launcher, pool, order, room, limits, log, cancellation)
            : await BuildAsync(order, room, limits, log, cancellation);
        return check.CheckUnsigned(order, unsigned, cancellation);
    }

    /// <summary>Compares published packages with what a build of the same order made, and signs a verdict on each.</summary>
    /// <param name="order">What was built.</param>
    /// <param name="published">The published packages.</param>
    /// <param name="rebuilt">The directory of the unsigned ones; those that are missing could not be built.</param>
    /// <param name="pool">Where they were built.</param>
    /// <param name="room">In which directories.</param>
    /// <param name="log">Told everything that differs.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The directory that holds the verdicts.</returns>
    /// <exception cref="BuildFailureException">They cannot be compared.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    public async Task<string> JudgeAsync(
        BuildOrder order,
        IReadOnlyList<string> published,
        string rebuilt,
        PoolConfig pool,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string verdicts = Path.Combine(room.Stage, "verdicts");
        ChildCommand command = new(
            tools.Build,
            [
                "reproduce",
                $"--rebuilt={rebuilt}",
                .. AttestArguments.Compose(order, pool.Launcher, Config.Builds.Sandbox, room),
                $"--verdict-key={layout.VerdictKey}",
                $"--verdicts={verdicts}",
                "--",
                .. published,
            ],
            room.Stage,
            environment.Bare(room.Temporary)
        )
        {
            Name = "peipkg-build reproduce",
        };
        (ChildResult result, string said) = await RunAsync(command, SignLimits, log, cancellation);

        // It ends with 1 both when something differs and when it cannot compare; the verdicts tell.
        return
            result.Succeeded
            || published.All(file => Directory.Exists(verdicts) && VerdictsOn(verdicts, file).Length > 0)
            ? verdicts
            : throw Failure(FailureCause.Infrastructure, command, result, SignLimits, said);
    }

    /// <summary>The files of the verdicts on a package in a directory.</summary>
    public static string[] VerdictsOn(string verdicts, string package) =>
        [
            .. Directory
                .EnumerateFiles(verdicts)
                .Where(file => SiblingNames.PackageOfVerdict(Path.GetFileName(file)) == Path.GetFileName(package)),
        ];

    private async Task<string> BuildAsync(
        BuildOrder order,
        BuildRoom room,
        BuildLimits limits,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        if (Config.Root is { } root)
        {
            await roots.ComposeAsync(
                root,
                order.RootPackages ?? [.. root.Packages, .. order.Recipe.Document.Requires],
                room,
                log,
                cancellation
            );
        }

        string output = Directory.CreateDirectory(Path.Combine(room.Stage, "out")).FullName;
        ChildCommand command = new(
            tools.Build,
            [
                .. BuildArguments.Compose(
                    order,
                    Config.FarmId,
                    room.IsTrial ? true : Config.Builds.Sandbox,
                    order.Recipe.Document.File,
                    room.Source,
                    output
                ),
                .. room.RootArguments,
            ],
            room.Stage,
            environment.Bare(room.Temporary)
        )
        {
            Name = "peipkg-build",
        };
        ChildLimits child = Limits(limits, room) with
        {
            Resources = new ResourceLimits
            {
                Memory = limits.Memory,
                Cpus = limits.Cpus,
                Processes = limits.Processes,
                Disk = limits.Disk,
                Directories = [room.Stage, room.Source],
            },
        };
        (ChildResult result, string said) = await RunAsync(command, child, log, cancellation);

        // No recipe can help it when the machine makes no sandboxes.
        bool isSandbox = ToolComplaint.IsOfSandbox(said);
        return result.Succeeded
            ? output
            : throw Failure(
                result.End is ChildEnd.Killed or ChildEnd.DiskFull or ChildEnd.Unwatched || isSandbox
                    ? FailureCause.Infrastructure
                    : FailureCause.Recipe,
                command,
                result,
                child,
                isSandbox && !room.IsTrial
                    ? $"{said}; without a sandbox ([build] sandbox = false) build scripts can read the signing key"
                    : said,
                isPools: isSandbox
            );
    }

    private async Task<string> LaunchAsync(
        LauncherCommand launcher,
        PoolConfig pool,
        BuildOrder order,
        BuildRoom room,
        BuildLimits limits,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        Architecture machine = pool.MachineFor(order.Recipe.Outputs);
        BuildJob job = BuildJob.Prepare(
            Path.Combine(room.Stage, "job"),
            order,
            room.Attempt,
            room.IsTrial ? Config with { Builds = Config.Builds with { Sandbox = true } } : Config,
            machine,
            limits,
            room.Source
        );
        ChildCommand command = new(
            launcher.Program,
            launcher.ArgumentsFor(job.File, job.Directory, machine),
            job.Directory,
            pool.IsOnly
                ? new Dictionary<string, string>(environment.Whole(), StringComparer.Ordinal)
                {
                    ["TMPDIR"] = room.Temporary,
                }
                : environment.Named(room.Temporary, pool.Environment)
        )
        {
            Name = "launcher " + Path.GetFileName(launcher.Program),
        };

        // What the build itself may use there is the launcher's to enforce.
        ChildLimits child = Limits(limits, room) with
        {
            Start = pool.Queue is { } within ? new ChildStart(within, () => File.Exists(job.Begun)) : null,
        };
        ChildResult result;
        string said;
        try
        {
            (result, said) = await RunAsync(command, child, log, cancellation);
        }
        catch (ChildStartException exception)
        {
            throw new BuildFailureException(FailureCause.Infrastructure, exception.Message, exception)
            {
                IsPools = true,
            };
        }

        bool recipesFault = result switch
        {
            { End: ChildEnd.Exited, Code: LauncherSaysBuildFailed } => true,
            {
                End: ChildEnd.Exited or ChildEnd.Killed or ChildEnd.DiskFull or ChildEnd.Unwatched or ChildEnd.NotBegun
            } => false,
            _ => true,
        };
        return result.Succeeded
            ? job.Output
            : throw Failure(
                recipesFault ? FailureCause.Recipe : FailureCause.Infrastructure,
                command,
                result,
                child,
                said,
                isPools: !recipesFault && result.End is ChildEnd.Exited or ChildEnd.Killed
            );
    }

    private async Task<string> SignAsync(
        IReadOnlyList<string> packages,
        IReadOnlyList<string> attest,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string signed = Path.Combine(room.Stage, "signed");
        ChildCommand command = new(
            tools.Build,
            ["sign", $"--sign-key={Config.KeyFile}", $"--out={signed}", .. attest, "--", .. packages],
            room.Stage,
            environment.Bare(room.Temporary)
        )
        {
            Name = "peipkg-build sign",
        };
        (ChildResult result, string said) = await RunAsync(command, SignLimits, log, cancellation);
        return result.Succeeded
            ? signed
            : throw Failure(FailureCause.Infrastructure, command, result, SignLimits, said);
    }

    private async Task<(ChildResult Result, string Said)> RunAsync(
        ChildCommand command,
        ChildLimits limits,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        log.Heading($"{command.Program} {string.Join(' ', command.Arguments)}");
        TailOutput words = new();
        ChildResult result = await children.RunAsync(command, log, new BothOutputs(words, log), limits, cancellation);
        return result.End == ChildEnd.Cancelled
            ? throw new OperationCanceledException(cancellation)
            : (result, ToolComplaint.In(words.Text()));
    }

    private static ChildLimits Limits(BuildLimits limits, BuildRoom room) =>
        new(limits.Time ?? Timeout.InfiniteTimeSpan, limits.Silence ?? Timeout.InfiniteTimeSpan)
        {
            Grace = Grace,
            Output = limits.Log,
            Resources = new ResourceLimits { Disk = limits.Disk, Directories = [room.Stage] },
        };

    // A signal from outside (an operator, a machine out of memory) says nothing about the recipe.
    private static BuildFailureException Failure(
        FailureCause cause,
        ChildCommand command,
        ChildResult result,
        ChildLimits limits,
        string said,
        bool isPools = false
    ) =>
        new(
            cause,
            $"{command.Name} {result.Describe(limits)}{(said.Length > 0 && result.End == ChildEnd.Exited ? ": " + said : "")}"
        )
        {
            IsPools = isPools,
        };
}

/// <summary>The directories of one build.</summary>
/// <param name="Attempt">The attempt's number; 0 where a pool or a change of recipes is tried.</param>
/// <param name="Stage">Where it works.</param>
/// <param name="Source">The fetched source.</param>
internal sealed record BuildRoom(long Attempt, string Stage, string Source)
{
    /// <summary>Whether what is built may be anybody's: it is always built in the sandbox.</summary>
    public bool IsTrial { get; init; }

    /// <summary>A repository besides those of <c>[root]</c>, and the key that signs it; null for none.</summary>
    public (string Directory, Fingerprint Key)? Scratch { get; init; }

    /// <summary>For temporary files.</summary>
    public string Temporary => Path.Combine(Stage, "tmp");

    /// <summary>The root in which it builds; missing where it sees the machine's programs.</summary>
    public string Root => Source + StateLayout.RootSuffix;

    /// <summary>The words of peipkg-build that name the root, if there is one.</summary>
    public IReadOnlyList<string> RootArguments => Directory.Exists(Root) ? [$"--root={Root}"] : [];
}
