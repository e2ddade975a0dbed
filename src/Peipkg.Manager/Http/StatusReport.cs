using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Peipkg.Manager.Building;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /status</c> (user documentation, monitoring). The documented fields keep their meaning; additions are fields
/// of their own at the end.
/// </summary>
internal sealed class StatusReport(
    ManagerConfig config,
    RosterHolder roster,
    FarmCounters counters,
    BuildStore builds,
    SyncStore syncs,
    IReadOnlyList<SyncTarget> targets)
{
    /// <summary>Answers the request.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, Collect(), StatusJson.Default.StatusDocument, context.RequestAborted);
    }

    internal StatusDocument Collect()
    {
        RecipeRoster recipes = roster.Current;
        return new StatusDocument
        {
            FarmId = config.FarmId,
            Recipes = [.. recipes.Recipes.Select(r => r.Name)],
            BuildsAttempted = counters.Attempted,
            BuildsSucceeded = counters.Succeeded,
            InFlight = counters.Running is [var oldest, ..] ? Map(oldest) : null,
            Failures = builds.Failing().ToDictionary(
                b => $"{b.Recipe}@{b.Version}",
                b => new StatusFailure
                {
                    Failures = b.Failures + b.Trouble,
                    NextRetry = Text(b.NextAttempt),
                    Error = b.Detail,
                    Cause = b.Cause?.Text(),
                    Hold = b.Hold.Text(),
                },
                StringComparer.Ordinal),
            BrokenRecipes = recipes.Broken,
            Builds = builds.CountByState(),
            Sync = [.. targets.Select(Map)],
        };
    }

    private StatusSync Map(SyncTarget target)
    {
        SyncTargetRecord known = syncs.Get(target.Key);
        return new StatusSync
        {
            Target = target.Config.Name,
            Backend = target.Backend,
            Remote = target.DisplayRemote,
            Generation = known.Generation,
            SyncedAt = Text(known.SyncedAt),
            Failures = known.Failures,
            NextRetry = Text(known.NextAttempt),
            LastError = known.LastError,
            PublicUrl = target.Config.PublicUrl,
            CheckedAt = Text(known.CheckedAt),
            CheckError = known.CheckError,
        };
    }

    private static StatusBuild Map(RunningBuild build) =>
        new() { Recipe = build.Recipe, Version = build.Version, StartedAt = Text(build.StartedAt)! };

    private static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
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
}

/// <summary>A running build.</summary>
internal sealed record StatusBuild
{
    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string StartedAt { get; init; }
}

/// <summary>A build that waits after failing.</summary>
internal sealed record StatusFailure
{
    public required int Failures { get; init; }

    public required string? NextRetry { get; init; }

    public required string Error { get; init; }

    public required string? Cause { get; init; }

    public required string? Hold { get; init; }
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
