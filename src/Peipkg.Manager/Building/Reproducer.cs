using Microsoft.Extensions.Logging;
using Peipkg.CommandLine.Host;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Building;

/// <summary>
/// Builds again what the farm has published, as it was built: the same recipe, source, version and time, in another pool
/// where there is one. What comes of it is compared, a signed verdict is published beside the package, and the rest is
/// thrown away. No build fails by it, and nothing that is published changes.
/// </summary>
internal sealed class Reproducer(
    ConfigHolder config,
    StateLayout layout,
    RosterHolder roster,
    VersionSource sources,
    PackageBuild packageBuild,
    PoolBoard pools,
    RepositoryState repository,
    RepoTool tool,
    IndexRenewal renewal,
    BuildStore builds,
    ReproductionStore store,
    FarmCounters counters,
    Redactor redactor,
    TimeProvider clock,
    ILogger<Reproducer> logger
)
{
    // The log has all of it.
    private const int MostText = 1000;

    private const string PackageOfRoot = ".peipkg";

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private DateTimeOffset? _idleUntil;

    /// <summary>Removes what an attempt left in <c>sources/</c> and <c>stage/</c>.</summary>
    public required Action<long> CleanUp { get; init; }

    /// <summary>Keeps what an attempt left to be looked into, where the configuration says so.</summary>
    public required Action<long> Keep { get; init; }

    /// <summary>When the next one may begin; null: never.</summary>
    public DateTimeOffset? NextDue(DateTimeOffset now)
    {
        int perDay = config.Current.Reproducing.PerDay;
        return perDay == 0 ? null
            : _idleUntil is { } until && until > now && until - now <= Idle ? until
            : ReproductionChoice.DueAt(perDay, store.LastBegun(), now);
    }

    /// <summary>What is built again now, and where.</summary>
    /// <param name="running">How many builds run in each pool, by its name.</param>
    /// <param name="drained">The reason for each pool that is drained.</param>
    /// <returns>Null: nothing, or no pool has room.</returns>
    public (Reproduction What, PoolConfig Pool)? Next(
        IReadOnlyDictionary<string, int> running,
        IReadOnlyDictionary<string, string> drained
    )
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (NextDue(now) is not { } due || due > now)
        {
            return null;
        }

        IEnumerable<string> offered = repository.Published().Active.Select(entry => entry.Hash.ToString());
        foreach (Reproduction one in ReproductionChoice.InOrder(store.Of(offered), now))
        {
            if (WhyNot(one) is { } why)
            {
                store.PassOver(one, why);
            }
            else if (pools.Choose(roster.Current.Find(one.Recipe)!, running, drained, out _, one.Pool) is { } pool)
            {
                return (one, pool);
            }
        }

        _idleUntil = now + Idle;
        return null;
    }

    /// <summary>Builds it again and judges it. What fails ends in the database and the log.</summary>
    /// <param name="what">What is published.</param>
    /// <param name="pool">Where it is built.</param>
    /// <param name="cancellation">Ends it early; it is tried again as if it had not begun.</param>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task RunAsync(Reproduction what, PoolConfig pool, CancellationToken cancellation)
    {
        await TryAsync(what, pool, cancellation);
        try
        {
            await renewal.RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The verdicts wait for the next time.
        }
    }

    private async Task TryAsync(Reproduction what, PoolConfig pool, CancellationToken cancellation)
    {
        string? place = pool.IsOnly ? null : pool.Name;
        long attempt = store.Begin(what, place);
        using IDisposable shown = counters.Reproduce(what.Recipe, what.Version, place);
        BuildEvents.Reproducing(logger, what.Recipe, what.Version, attempt, place);
        using AttemptLog log = new(layout.LogOf(attempt), clock, redactor);
        try
        {
            (RebuildOutcome outcome, string difference) = await JudgeAsync(what, pool, attempt, log, cancellation);
            log.Settle();
            store.Judged(what, attempt, outcome, difference);
            if (outcome == RebuildOutcome.Identical)
            {
                BuildEvents.Reproduced(logger, what.Recipe, what.Version, attempt);
            }
            else
            {
                Keep(attempt);
                BuildEvents.NotReproduced(
                    logger,
                    what.Recipe,
                    what.Version,
                    RebuildVerdict.Text(outcome),
                    difference,
                    layout.LogOf(attempt)
                );
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            store.Interrupted(attempt, "something else needed its place, or the manager was stopped");
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            string detail = Boundary.Describe(exception);
            log.Heading("not judged: " + detail);
            log.Settle();
            TimeSpan delay = ReproductionChoice.DelayAfter(what.Tries);
            store.NotJudged(what, attempt, detail, clock.GetUtcNow() + delay);
            BuildEvents.NotJudged(logger, what.Recipe, what.Version, detail, delay);
            if (exception is BuildFailureException { IsPools: true } && !pool.IsOnly)
            {
                // Nothing begins there until it is known whether the pool is down.
                _ = pools.IsDownAsync(pool, CancellationToken.None);
            }
        }
        finally
        {
            CleanUp(attempt);
        }
    }

    // Why something is not tried, which says nothing about it.
    private string? WhyNot(Reproduction what) =>
        roster.Current.Find(what.Recipe) is not { IsWatched: true } recipe ? "its recipe is gone or cannot be used"
        : what.RecipeDigest is null || recipe.Digest() != what.RecipeDigest ? "its recipe has changed since"
        : null;

    private async Task<(RebuildOutcome Outcome, string Difference)> JudgeAsync(
        Reproduction what,
        PoolConfig pool,
        long attempt,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        CleanUp(attempt);
        string where = pool.IsOnly ? "" : $" in pool {pool.Name}";
        log.Heading($"building {what.Recipe} {what.Version} again, as attempt {what.Original} did{where}");
        if (WhyNot(what) is { } gone)
        {
            throw new BuildFailureException(FailureCause.Infrastructure, gone);
        }

        await tool.EnsureVerdictKeyAsync(cancellation);
        string[] published = [.. what.Packages.Select(package => PlaceOf(package))];
        BuildOrder order = await PrepareAsync(what, published[0], attempt, log, cancellation);
        BuildRoom room = new(attempt, layout.StageOf(attempt), layout.SourceOf(attempt));
        (string rebuilt, string? failed) = await BuildAsync(order, pool, room, log, cancellation);
        if (WhyNot(what) is { } changed)
        {
            throw new BuildFailureException(FailureCause.Infrastructure, changed);
        }

        string verdicts = await packageBuild.JudgeAsync(order, published, rebuilt, pool, room, log, cancellation);
        RebuildOutcome outcome = RebuildOutcome.Identical;
        List<string> differences = failed is null ? [] : [failed];
        Directory.CreateDirectory(layout.Verdicts);
        foreach (string package in published)
        {
            foreach (string file in PackageBuild.VerdictsOn(verdicts, package))
            {
                RebuildVerdict verdict = RebuildVerdict.Read(BoundedFile.Read(file, Limits.VerdictBytes));
                outcome = outcome > verdict.Outcome ? outcome : verdict.Outcome;
                if (verdict.Outcome == RebuildOutcome.Different)
                {
                    differences.Add($"{verdict.Package.Name}: {string.Join(", ", verdict.Differences)}");
                }

                // The same verdict again needs no new generation.
                string waiting = Path.Combine(layout.Verdicts, Path.GetFileName(file));
                if (IsPublished(package, verdict))
                {
                    File.Delete(waiting);
                }
                else
                {
                    File.Move(file, waiting, overwrite: true);
                }
            }
        }

        DurableFile.SyncDirectory(layout.Verdicts);
        string difference = string.Join("; ", differences);
        return (outcome, difference.Length > MostText ? difference[..MostText] + " …" : difference);
    }

    private async Task<(string Directory, string? Failed)> BuildAsync(
        BuildOrder order,
        PoolConfig pool,
        BuildRoom room,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        try
        {
            IReadOnlyList<string> packages = await packageBuild.BuildUnsignedAsync(
                order,
                pool,
                room,
                log,
                cancellation
            );
            return (Path.GetDirectoryName(packages[0])!, null);
        }
        catch (BuildFailureException exception) when (exception.Cause == FailureCause.Recipe)
        {
            log.Heading("it cannot be built any more: " + exception.Message);
            return (Directory.CreateDirectory(Path.Combine(room.Stage, "nothing")).FullName, exception.Message);
        }
    }

    // What a build needs, and a proof that it is ordered as it was then.
    private async Task<BuildOrder> PrepareAsync(
        Reproduction what,
        string published,
        long attempt,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        RosterEntry known = roster.Current.Find(what.Recipe)!;
        RosterEntry recipe = RecipeRoster.Read(what.Recipe, known.Document.File, known.Edition);
        FetchedSource source = await sources.FetchAsync(
            recipe,
            new ListedTag(what.Tag, builds.Get(what.BuildId).ObjectId, what.CommitId),
            PackageVersion.Parse(what.Version),
            new BuildRoom(attempt, layout.StageOf(attempt), layout.SourceOf(attempt)),
            log,
            cancellation
        );
        BuildInfo build = BuildOf(published);
        BuildOrder order = new(recipe, PackageVersion.Parse(what.Version), source.Reference, source.Commit, source.Time)
        {
            RootPackages = RootOf(published),
        };
        return
            (build.FarmId, build.SourceRef, build.Timestamp)
            == (config.Current.FarmId, order.SourceRef, order.Timestamp)
            ? order
            : throw new BuildFailureException(
                FailureCause.Infrastructure,
                $"it would not be built as it was: then by {build.FarmId} from {build.SourceRef} of {build.Timestamp}, "
                    + $"now by {config.Current.FarmId} from {order.SourceRef} of {order.Timestamp}"
            );
    }

    private static BuildInfo BuildOf(string package)
    {
        using FileStream file = File.OpenRead(package);
        return PackageVerifier.Verify(file, new PackageVerifyOptions { Edition = null }).Manifest.Build;
    }

    // What the root was composed of, by the attestation; the same programs, or the bytes say nothing about the recipe.
    private static string[]? RootOf(string package)
    {
        string attestation = package + SiblingNames.Attestation;
        if (!File.Exists(attestation))
        {
            return null;
        }

        byte[] payload = DsseEnvelope.Read(BoundedFile.Read(attestation, Limits.AttestationBytes)).Payload.ToArray();
        string[] packages =
        [
            .. Statement
                .Read(payload)
                .Dependencies.Where(part => part.Name.EndsWith(PackageOfRoot, StringComparison.Ordinal))
                .Select(part => part.Name.Split('_', 3))
                .Where(name => name.Length == 3)
                .Select(name => $"{name[0]} = {name[1]}"),
        ];
        return packages.Length > 0 ? packages : null;
    }

    private static bool IsPublished(string package, RebuildVerdict verdict)
    {
        string verdicts = package + SiblingNames.Rebuilds;
        return File.Exists(verdicts)
            && RebuildVerdicts
                .Read(BoundedFile.Read(verdicts, Limits.VerdictsBytes), verdict.Package.Sha256)
                .Any(known => known.Envelope.Write().AsSpan().SequenceEqual(verdict.Envelope.Write()));
    }

    private string PlaceOf(BuildOutput package)
    {
        string[] name = package.FileName.Split('_', 3);
        string place = Path.Combine(RepositoryLayout.PackageDirectory, name[0], name[1], package.FileName);
        string file = Path.Combine(layout.Repository, place);
        file = File.Exists(file) ? file : Path.Combine(layout.Packages, place);
        return File.Exists(file) && OutputCheck.HashFile(file) == package.Sha256
            ? file
            : throw new BuildFailureException(
                FailureCause.Infrastructure,
                $"{place} is not on this machine as it was published"
            );
    }
}
