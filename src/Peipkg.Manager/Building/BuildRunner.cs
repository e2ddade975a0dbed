using Microsoft.Extensions.Logging;
using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.Watching;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Building;

/// <summary>
/// Leads one build from queued to published. Each step is in the database before the next begins, and each can be
/// repeated: a crash at any point costs at most the work since the last step.
/// </summary>
internal sealed class BuildRunner(
    StateLayout layout,
    RosterHolder roster,
    VersionSource sources,
    PackageBuild packageBuild,
    PoolBoard pools,
    OutputCheck outputCheck,
    Publisher publisher,
    RepositoryState repository,
    BuildStore builds,
    AttemptStore attempts,
    BuildMoves moves,
    Func<FailurePolicy> policy,
    FarmCounters counters,
    Redactor redactor,
    TimeProvider clock,
    ILogger<BuildRunner> logger
)
{
    private const string RecipeGone = "the recipe is gone or cannot be used";

    /// <summary>Whether what a failed build leaves in <c>stage/</c> is moved to <c>failed/</c>, to be looked into.</summary>
    public required Func<bool> KeepsFailed { get; init; }

    /// <summary>Takes a due build as far as it gets. Failures of the build itself end in the database and the log.</summary>
    /// <param name="build">The build.</param>
    /// <param name="pool">Where it is built; null where it only is to be published.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">The manager is stopping at once; the build stays as it is.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task RunAsync(BuildRecord build, PoolConfig? pool, CancellationToken cancellation)
    {
        if (WhyNot(build) is { } closing)
        {
            if (closing.State == BuildState.Failed)
            {
                moves.Unpublishable(build.Id, roster.Current.Find(build.Recipe)?.Digest(), closing.Reason);
                PublishEvents.Unpublishable(logger, build.Recipe, build.Version, closing.Reason);
            }
            else
            {
                moves.Close([(build.Id, closing.State, closing.Reason)]);
                BuildEvents.Skipped(logger, build.Recipe, build.Version, closing.Reason);
            }

            if (build is { IsBuilt: true, AttemptId: { } useless })
            {
                publisher.Clear(useless);
            }
        }
        else if (build is { IsBuilt: true, AttemptId: { } attempt })
        {
            await PublishAsync(build, attempt, cancellation);
        }
        else if (pool is not null)
        {
            await AttemptAsync(build, pool, cancellation);
        }
    }

    /// <summary>An operator stopped the build, and its children have been ended.</summary>
    public void Cancel(BuildRecord build, StopOrder order)
    {
        if (
            builds.Get(build.Id) is
            {
                State: BuildState.Fetching or BuildState.Building or BuildState.Publishing or BuildState.Held,
                AttemptId: { } attempt
            }
        )
        {
            moves.Cancelled(build.Id, attempt, order.Hold, order.Reason, order.By);
            publisher.Clear(attempt);
            BuildEvents.Skipped(logger, build.Recipe, build.Version, order.Reason);
        }
    }

    /// <summary>Removes what an attempt left in <c>sources/</c> and <c>stage/</c>.</summary>
    public void CleanUp(long attempt)
    {
        foreach (
            string directory in (string[])[layout.SourceOf(attempt), layout.RootOf(attempt), layout.StageOf(attempt)]
        )
        {
            try
            {
                TreeRemoval.Remove(directory);
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                BuildEvents.CleanupFailed(logger, directory, Boundary.Describe(exception));
            }
        }
    }

    /// <summary>Moves what a failed attempt left in <c>stage/</c> to <c>failed/</c>, where the configuration says so.</summary>
    public void Keep(long attempt)
    {
        if (!KeepsFailed() || !Directory.Exists(layout.StageOf(attempt)))
        {
            return;
        }

        string kept = Path.Combine(layout.Failed, Path.GetFileName(layout.StageOf(attempt)));
        try
        {
            Directory.CreateDirectory(layout.Failed);
            Directory.Move(layout.StageOf(attempt), kept);
            Directory.SetLastWriteTimeUtc(kept, clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            BuildEvents.CleanupFailed(logger, kept, Boundary.Describe(exception));
        }
    }

    // The queue may be hours old: the recipe gone, the version published by hand.
    private (BuildState State, string Reason)? WhyNot(BuildRecord build)
    {
        if (roster.Current.Find(build.Recipe) is not { IsWatched: true } recipe)
        {
            return (BuildState.Skipped, RecipeGone);
        }

        PackageVersion version = PackageVersion.Parse(build.Version);
        PublishedPackages published = repository.Published();
        if (published.HasAll(recipe.Outputs, version))
        {
            return (BuildState.Done, "already published");
        }

        return QueuePolicy.WhyNever(recipe.Outputs, published, version) is not { } never ? null
            : recipe.SharesPackages ? (BuildState.Failed, never + RivalPackage.OfAnotherRecipe)
            : (BuildState.Skipped, never);
    }

    private async Task AttemptAsync(BuildRecord build, PoolConfig pool, CancellationToken cancellation)
    {
        string? place = pool.IsOnly ? null : pool.Name;
        if (moves.Begin(build.Id, roster.Current.Find(build.Recipe)?.Digest(), place) is not { } attempt)
        {
            return;
        }

        using IDisposable running = counters.Begin(build.Recipe, build.Version, place);
        BuildEvents.Starting(logger, build.Recipe, build.Version, build.Tag, build.Reason.Text(), attempt, place);
        using AttemptLog log = new(layout.LogOf(attempt), clock, redactor);
        bool built = false;
        try
        {
            await BuildAsync(build, pool, attempt, log, cancellation);
            built = true;
        }
        catch (BuildFailureException exception) when (exception.IsPools && !pool.IsOnly)
        {
            Keep(attempt);
            CleanUp(attempt);
            log.Heading($"trying the pool {pool.Name} with a small build: {exception.Message}");
            if (await pools.IsDownAsync(pool, cancellation) is { } down)
            {
                string detail = $"pool {pool.Name} is down: {down}";
                log.Heading($"{detail}; the build goes to another pool, or waits");
                log.Settle();
                moves.GiveBack(build.Id, attempt, detail);
            }
            else
            {
                Fail(build, attempt, exception.Cause, exception.Message, log);
            }
        }
        catch (Exception exception) when (Classify(exception) is { } cause)
        {
            // Room first: where the build filled the disk, there would be none to write that down.
            Keep(attempt);
            CleanUp(attempt);
            Fail(build, attempt, cause, Boundary.Describe(exception), log);
        }
        finally
        {
            CleanUp(attempt);
        }

        if (built)
        {
            await PublishAsync(build, attempt, cancellation);
        }
    }

    private async Task BuildAsync(
        BuildRecord build,
        PoolConfig pool,
        long attempt,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        CleanUp(attempt);
        RecipeRoster current = roster.Current;
        string recipes = current.Commit is { } commit ? $", recipes of commit {commit}" : "";
        string place = pool.IsOnly ? "" : $" in pool {pool.Name}";
        log.Heading($"building {build.Recipe} {build.Version} from {build.Tag} ({build.CommitId}){recipes}{place}");

        // As it is now, not as it was when the roster was loaded: peipkg-build reads the file now, too.
        RosterEntry known =
            current.Find(build.Recipe) ?? throw new BuildFailureException(FailureCause.Recipe, "the recipe is gone");
        RosterEntry recipe = RecipeRoster.Read(build.Recipe, known.Document.File, known.Edition);
        if (!recipe.IsWatched)
        {
            throw new BuildFailureException(
                FailureCause.Recipe,
                "the recipe has lost its [upstream]; reload the recipes"
            );
        }

        long started = clock.GetTimestamp();
        PackageVersion version = PackageVersion.Parse(build.Version);
        FetchedSource source = await sources.FetchAsync(
            recipe,
            new ListedTag(build.Tag, build.ObjectId, build.CommitId),
            version,
            new BuildRoom(attempt, layout.StageOf(attempt), layout.SourceOf(attempt)),
            log,
            cancellation
        );
        moves.Fetched(build.Id, attempt);
        BuildEvents.Fetched(logger, build.Recipe, build.Version, build.CommitId, clock.GetElapsedTime(started));

        BuildOrder order = new(recipe, version, source.Reference, source.Commit, source.Time)
        {
            RecipeCommit = current.Commit,
        };
        string output = await packageBuild.RunAsync(order, pool, attempt, log, cancellation);
        IReadOnlyList<BuildOutput> outputs = outputCheck.Check(order, output, cancellation);

        // First the packages, then the word that they are there: after a crash between the two it is built again.
        TreeRemoval.Remove(layout.PublishOf(attempt));
        Directory.Move(output, layout.PublishOf(attempt));
        DurableFile.SyncDirectory(layout.Publish);
        log.Settle();
        moves.Built(build.Id, attempt, outputs);
        BuildEvents.Built(logger, build.Recipe, build.Version, outputs.Count, clock.GetElapsedTime(started));
    }

    private async Task PublishAsync(BuildRecord build, long attempt, CancellationToken cancellation)
    {
        if (roster.Current.Find(build.Recipe) is not { } recipe)
        {
            // Reloaded while it was built.
            moves.Close([(build.Id, BuildState.Skipped, RecipeGone)]);
            BuildEvents.Skipped(logger, build.Recipe, build.Version, RecipeGone);
            publisher.Clear(attempt);
            return;
        }

        // Built perhaps before a restart: the recipe may make other packages by now.
        if (!ReadyBuild.IsAsOrdered(recipe, build.Version, attempts.Outputs(attempt)))
        {
            const string Reason = "the recipe makes other packages than those that were built; building again";
            moves.Rebuild(build.Id, attempt, Reason);
            publisher.Clear(attempt);
            BuildEvents.Outdated(logger, build.Recipe, build.Version, Reason);
        }
        else
        {
            counters.CountSuccesses(await publisher.PublishAsync(builds.Get(build.Id), attempt, cancellation));
        }
    }

    private void Fail(BuildRecord build, long attempt, FailureCause cause, string error, AttemptLog log)
    {
        int failures = 1 + (cause == FailureCause.Recipe ? build.Failures : build.Trouble);

        // One that has lost its recipe meanwhile is closed at once.
        TimeSpan? delay = roster.Current.Find(build.Recipe) is null
            ? TimeSpan.Zero
            : policy().DelayAfter(cause, failures);
        string? tail = log.Tail is { Length: > 0 } text ? text : null;
        log.Heading("failed: " + error);
        log.Settle();
        moves.Failed(build.Id, attempt, cause, error, clock.GetUtcNow() + delay);
        if (delay is { } wait)
        {
            BuildEvents.Failed(
                logger,
                build.Recipe,
                build.Version,
                cause.Text(),
                error,
                failures,
                wait,
                layout.LogOf(attempt),
                tail
            );
        }
        else
        {
            BuildEvents.GivenUp(
                logger,
                build.Recipe,
                build.Version,
                cause.Text(),
                error,
                failures,
                "its recipe or tag changes, or someone retries it",
                layout.LogOf(attempt),
                tail
            );
        }
    }

    // Null: not a failure of the build. Anything unforeseen is one: a version that trips us up must not end the farm.
    private static FailureCause? Classify(Exception exception) =>
        exception switch
        {
            OperationCanceledException or StorageException => null,
            BuildFailureException e => e.Cause,
            UpstreamException { IsUpstreamsFault: true } or RecipeException => FailureCause.Recipe,
            _ => FailureCause.Infrastructure,
        };
}
