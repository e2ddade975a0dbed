using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Building;

/// <summary>
/// Builds one attempt's packages, here or through the launcher, and signs them after they were verified: what runs a
/// recipe's script never sees the key.
/// </summary>
internal sealed class PackageBuild(
    ToolSet tools,
    ConfigHolder holder,
    StateLayout layout,
    ChildEnvironment environment,
    ChildRunner children,
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
    /// <returns>The directory that holds the finished, signed packages and nothing else.</returns>
    /// <exception cref="BuildFailureException">The build failed, or what it made is not what was ordered.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping at once.</exception>
    public async Task<string> RunAsync(BuildOrder order, long attempt, AttemptLog log, CancellationToken cancellation)
    {
        string stage = Directory.CreateDirectory(layout.StageOf(attempt)).FullName;
        string temporary = Directory.CreateDirectory(Path.Combine(stage, "tmp")).FullName;
        BuildLimits limits = order.Recipe.Document.Limits.Within(Config.Limits.Builds);
        string? recipe = order.Recipe.Digest();
        log.MaxBytes = (limits.Log ?? log.MaxBytes) + LogMargin;
        string unsigned = Config.Builds.Launcher is { } launcher
            ? await LaunchAsync(launcher, order, attempt, limits, temporary, log, cancellation)
            : await BuildAsync(order, attempt, limits, temporary, log, cancellation);
        IReadOnlyList<string> packages = check.CheckUnsigned(order, unsigned, cancellation);
        bool isSame = recipe is not null && recipe == order.Recipe.Digest();
        if (!isSame)
        {
            log.Heading("the recipe changed while it was built, and so nothing is attested of the build");
        }

        return await SignAsync(
            packages,
            isSame ? AttestArguments.Compose(order, Config.Builds) : [],
            stage,
            temporary,
            log,
            cancellation
        );
    }

    private async Task<string> BuildAsync(
        BuildOrder order,
        long attempt,
        BuildLimits limits,
        string temporary,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string stage = layout.StageOf(attempt);
        string output = Directory.CreateDirectory(Path.Combine(stage, "out")).FullName;
        ChildCommand command = new(
            tools.Build,
            BuildArguments.Compose(
                order,
                Config.FarmId,
                Config.Builds.Sandbox,
                order.Recipe.Document.File,
                layout.SourceOf(attempt),
                output
            ),
            stage,
            environment.Bare(temporary)
        )
        {
            Name = "peipkg-build",
        };
        ChildLimits child = Limits(limits, attempt) with
        {
            Resources = new ResourceLimits
            {
                Memory = limits.Memory,
                Cpus = limits.Cpus,
                Processes = limits.Processes,
                Disk = limits.Disk,
                Directories = [stage, layout.SourceOf(attempt)],
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
                isSandbox
                    ? $"{said}; without a sandbox ([build] sandbox = false) build scripts can read the signing key"
                    : said
            );
    }

    private async Task<string> LaunchAsync(
        LauncherCommand launcher,
        BuildOrder order,
        long attempt,
        BuildLimits limits,
        string temporary,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string stage = layout.StageOf(attempt);
        BuildJob job = BuildJob.Prepare(
            Path.Combine(stage, "job"),
            order,
            attempt,
            Config,
            limits,
            layout.SourceOf(attempt)
        );
        ChildCommand command = new(
            launcher.Program,
            launcher.ArgumentsFor(job.File, job.Directory),
            job.Directory,
            new Dictionary<string, string>(environment.Whole(), StringComparer.Ordinal) { ["TMPDIR"] = temporary }
        )
        {
            Name = "launcher " + Path.GetFileName(launcher.Program),
        };

        // What the build itself may use there is the launcher's to enforce.
        ChildLimits child = Limits(limits, attempt);
        (ChildResult result, string said) = await RunAsync(command, child, log, cancellation);
        bool recipesFault = result switch
        {
            { End: ChildEnd.Exited, Code: LauncherSaysBuildFailed } => true,
            { End: ChildEnd.Exited or ChildEnd.Killed or ChildEnd.DiskFull or ChildEnd.Unwatched } => false,
            _ => true,
        };
        return result.Succeeded
            ? job.Output
            : throw Failure(
                recipesFault ? FailureCause.Recipe : FailureCause.Infrastructure,
                command,
                result,
                child,
                said
            );
    }

    private async Task<string> SignAsync(
        IReadOnlyList<string> packages,
        IReadOnlyList<string> attest,
        string stage,
        string temporary,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string signed = Path.Combine(stage, "signed");
        ChildCommand command = new(
            tools.Build,
            ["sign", $"--sign-key={Config.KeyFile}", $"--out={signed}", .. attest, "--", .. packages],
            stage,
            environment.Bare(temporary)
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

    private ChildLimits Limits(BuildLimits limits, long attempt) =>
        new(limits.Time ?? Timeout.InfiniteTimeSpan, limits.Silence ?? Timeout.InfiniteTimeSpan)
        {
            Grace = Grace,
            Output = limits.Log,
            Resources = new ResourceLimits { Disk = limits.Disk, Directories = [layout.StageOf(attempt)] },
        };

    // A signal from outside (an operator, a machine out of memory) says nothing about the recipe.
    private static BuildFailureException Failure(
        FailureCause cause,
        ChildCommand command,
        ChildResult result,
        ChildLimits limits,
        string said
    ) =>
        new(
            cause,
            $"{command.Name} {result.Describe(limits)}{(said.Length > 0 && result.End == ChildEnd.Exited ? ": " + said : "")}"
        );
}
