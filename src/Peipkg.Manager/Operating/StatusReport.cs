using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Peipkg.CommandLine.Help;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Operating;

/// <summary>
/// <c>GET /status</c> (user documentation, monitoring) and <c>peipkg-manager status</c>. The documented fields keep their
/// meaning; additions are fields of their own at the end.
/// </summary>
/// <param name="stores">What the farm remembers.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="live">The running manager; null beside one that does not run.</param>
internal sealed class StatusReport(FarmStores stores, Func<RecipeRoster> roster, LiveFarm? live)
{
    /// <summary>Answers the request.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body,
            Collect(),
            StatusJson.Default.StatusDocument,
            context.RequestAborted
        );
    }

    internal StatusDocument Collect()
    {
        RecipeRoster recipes = roster();
        IReadOnlyList<RunningBuild> running = live?.Counters.Running ?? [];
        DateTimeOffset now = stores.Clock.GetUtcNow();
        IReadOnlyList<Trouble> troubles = TroubleList.Collect(stores, recipes, live);
        return new StatusDocument
        {
            FarmId = stores.Config.FarmId,
            Recipes = [.. recipes.Recipes.Select(r => r.Name)],
            BuildsAttempted = live?.Counters.Attempted ?? 0,
            BuildsSucceeded = live?.Counters.Succeeded ?? 0,
            InFlight = running.FirstOrDefault(b => !b.Reproduces) is { } oldest ? Map(oldest) : null,
            Failures = stores
                .Builds.Failing()
                .ToDictionary(
                    b => $"{b.Recipe}@{b.Version}",
                    b => new StatusFailure
                    {
                        Failures = b.Failures + b.Trouble,
                        NextRetry = b.NextAttempt.Text(),
                        Error = b.Detail,
                        Cause = b.Cause?.Text(),
                        Hold = b.Hold.Text(),
                        Build = b.AttemptId,
                    },
                    StringComparer.Ordinal
                ),
            BrokenRecipes = recipes.Broken,
            Builds = stores.Builds.CountByState(),
            Sync = [.. stores.Targets.Select(Map)],
            Running = [.. running.Select(Map)],
            Queue =
            [
                .. stores
                    .Builds.Open()
                    .Where(b => b.State == BuildState.Queued || IsDueAgain(b, now))
                    .Select(b => new StatusQueued
                    {
                        Recipe = b.Recipe,
                        Version = b.Version,
                        Reason = b.Reason.Text(),
                        QueuedAt = b.QueuedAt.Text(),
                        Failures = b.Failures + b.Trouble,
                    }),
            ],
            Paused = stores.Settings.PauseReason(),
            Generation = (long)stores.Repository.Published().Generation,
            Disk = Disk(),
            Process = live is null
                ? null
                : new StatusProcess
                {
                    Pid = live.ProcessId,
                    StartedAt = live.StartedAt.Text(),
                    Version = ProductVersion.Text,
                },
            Problems = Readiness.Problems(troubles),
            Troubles = [.. troubles.Select(Map)],
            Pools = PoolQuery.All(stores, recipes, live),
            RecipesFrom = stores.Config.Recipes is { } source ? Map(source, live?.Recipes()) : null,
            Reproduced = ReproductionQuery.Count(stores),
        };
    }

    // It failed, and its time has come again.
    private static bool IsDueAgain(BuildRecord build, DateTimeOffset now) =>
        build is { State: BuildState.Failed, Hold: BuildHold.None }
        && (build.NextAttempt is not { } next || next <= now || build.ChangedAt > now);

    private StatusDisk Disk()
    {
        DriveInfo drive = new(stores.Layout.Root);
        return new StatusDisk
        {
            Free = drive.AvailableFreeSpace,
            Total = drive.TotalSize,
            MinFree = stores.Config.Limits.MinFree,
        };
    }

    private StatusSync Map(SyncTarget target)
    {
        SyncTargetRecord known = stores.Syncs.Get(target.Key);
        return new StatusSync
        {
            Target = target.Config.Name,
            Backend = target.Backend,
            Remote = target.DisplayRemote,
            Generation = known.Generation,
            SyncedAt = known.SyncedAt.Text(),
            Failures = known.Failures,
            NextRetry = known.NextAttempt.Text(),
            LastError = known.LastError,
            PublicUrl = target.Config.PublicUrl,
            CheckedAt = known.CheckedAt.Text(),
            CheckError = known.CheckError,
        };
    }

    private StatusRecipes Map(RecipesConfig source, RecipePullState? state)
    {
        RecipeCheckouts checkouts = new(stores.Layout.Recipes);
        return new StatusRecipes
        {
            Git = source.Git.Text,
            Branch = source.Branch,
            Commit = checkouts.InForce?.Commit,
            TakenAt = checkouts.InForceSince.Text(),
            AnsweredAt = state?.AnsweredAt.Text(),
            RefusedCommit = state?.Refused,
            Error = state?.Refused is null ? state?.Error : state.Reason,
        };
    }

    private static StatusTrouble Map(Trouble trouble) =>
        new()
        {
            Key = trouble.Key,
            Severity = trouble.Severity.Text(),
            Since = trouble.Since.Text(),
            Text = trouble.Text,
            Remedy = trouble.Remedy,
            Acknowledged = trouble.Acknowledged?.Reason,
            AcknowledgedUntil = trouble.Acknowledged?.Until.Text(),
            Build = trouble.Attempt,
        };

    private static StatusBuild Map(RunningBuild build) =>
        new()
        {
            Recipe = build.Recipe,
            Version = build.Version,
            StartedAt = build.StartedAt.Text(),
            Pool = build.Pool,
            Reproduces = build.Reproduces,
        };
}

/// <summary>The document of <c>/status</c>.</summary>
internal sealed record StatusDocument
{
    public required string FarmId { get; init; }

    public required IReadOnlyList<string> Recipes { get; init; }

    public required long BuildsAttempted { get; init; }

    public required long BuildsSucceeded { get; init; }

    public required StatusBuild? InFlight { get; init; }

    public required IReadOnlyDictionary<string, StatusFailure> Failures { get; init; }

    public required int BrokenRecipes { get; init; }

    public required IReadOnlyDictionary<string, long> Builds { get; init; }

    public required IReadOnlyList<StatusSync> Sync { get; init; }

    /// <summary>Every running build, the longest-running first.</summary>
    public required IReadOnlyList<StatusBuild> Running { get; init; }

    /// <summary>What waits to be begun, in the order in which it was queued first.</summary>
    public required IReadOnlyList<StatusQueued> Queue { get; init; }

    /// <summary>Why all builds are paused; null when they are not.</summary>
    public required string? Paused { get; init; }

    /// <summary>The index_version of the local repository.</summary>
    public required long Generation { get; init; }

    public required StatusDisk Disk { get; init; }

    /// <summary>Null when no manager runs.</summary>
    public required StatusProcess? Process { get; init; }

    /// <summary>What <c>/readyz</c> complains of.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Everything that is not as it should be: the worst first, what was acknowledged last.</summary>
    public IReadOnlyList<StatusTrouble> Troubles { get; init; } = [];

    /// <summary>Empty where the configuration has none.</summary>
    public IReadOnlyList<PoolDocument> Pools { get; init; } = [];

    /// <summary>Null where the recipes do not come from git.</summary>
    public StatusRecipes? RecipesFrom { get; init; }

    /// <summary>Null where <c>[reproduce]</c> asks for nothing.</summary>
    public StatusReproduced? Reproduced { get; init; }
}

/// <summary>Something that is not as it should be.</summary>
internal sealed record StatusTrouble
{
    /// <summary>By which it is acknowledged.</summary>
    public required string Key { get; init; }

    /// <summary>error or warning.</summary>
    public required string Severity { get; init; }

    public required string? Since { get; init; }

    public required string Text { get; init; }

    /// <summary>A command.</summary>
    public required string Remedy { get; init; }

    /// <summary>What an operator said of it; null while nobody has.</summary>
    public required string? Acknowledged { get; init; }

    /// <summary>When it counts again; null: not before it has ended.</summary>
    public required string? AcknowledgedUntil { get; init; }

    /// <summary>The number of the attempt whose log shows it; null where none does.</summary>
    public long? Build { get; init; }
}

/// <summary>Where the recipes come from.</summary>
internal sealed record StatusRecipes
{
    /// <summary>The repository, without credentials.</summary>
    public required string Git { get; init; }

    /// <summary>Null for the repository's own default.</summary>
    public required string? Branch { get; init; }

    /// <summary>In force; null before the first was taken over.</summary>
    public required string? Commit { get; init; }

    public required string? TakenAt { get; init; }

    public required string? AnsweredAt { get; init; }

    /// <summary>The latest commit, where it was not taken over.</summary>
    public required string? RefusedCommit { get; init; }

    /// <summary>Why it was not, or why the repository could not be asked; null while all is well.</summary>
    public required string? Error { get; init; }
}

/// <summary>A version that waits to be built.</summary>
internal sealed record StatusQueued
{
    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string Reason { get; init; }

    public required string QueuedAt { get; init; }

    /// <summary>How often in a row it has failed; above 0 where it is tried again.</summary>
    public int Failures { get; init; }
}

/// <summary>The disk that the state directory is on, in bytes.</summary>
internal sealed record StatusDisk
{
    public required long Free { get; init; }

    public required long Total { get; init; }

    public required long MinFree { get; init; }
}

/// <summary>The running manager.</summary>
internal sealed record StatusProcess
{
    public required int Pid { get; init; }

    public required string StartedAt { get; init; }

    public required string Version { get; init; }
}

/// <summary>A running build.</summary>
internal sealed record StatusBuild
{
    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string StartedAt { get; init; }

    /// <summary>Where it runs; null where the farm has no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>Whether what is published is built again, to be compared.</summary>
    public bool Reproduces { get; init; }
}

/// <summary>A build that waits after failing.</summary>
internal sealed record StatusFailure
{
    public required int Failures { get; init; }

    public required string? NextRetry { get; init; }

    public required string Error { get; init; }

    public required string? Cause { get; init; }

    public required string? Hold { get; init; }

    /// <summary>The number of the latest attempt, which names its log.</summary>
    public required long? Build { get; init; }
}

/// <summary>A target of the sync.</summary>
internal sealed record StatusSync
{
    public required string Target { get; init; }

    public required string Backend { get; init; }

    public required string Remote { get; init; }

    public required long Generation { get; init; }

    public required string? SyncedAt { get; init; }

    public required int Failures { get; init; }

    public required string? NextRetry { get; init; }

    public required string LastError { get; init; }

    public required string? PublicUrl { get; init; }

    /// <summary>When what was synced was last seen whole at the public URL.</summary>
    public required string? CheckedAt { get; init; }

    public required string CheckError { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
