using System.Text.Json.Serialization;
using Peipkg.Format.Attestations;
using Peipkg.Manager.Building;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>What came of building again what is published, the same for every page, command and metric.</summary>
internal static class ReproductionQuery
{
    /// <summary>Each version that the farm has published and offers; none where <c>[reproduce]</c> asks for nothing.</summary>
    public static IReadOnlyList<Reproduction> All(FarmStores stores) =>
        stores.Config.Reproducing.PerDay == 0
            ? []
            : stores.Reproductions.Of(stores.Repository.Published().Active.Select(entry => entry.Hash.ToString()));

    /// <summary>How many came out the same; null where <c>[reproduce]</c> asks for nothing.</summary>
    public static StatusReproduced? Count(FarmStores stores)
    {
        if (stores.Config.Reproducing.PerDay == 0)
        {
            return null;
        }

        IReadOnlyList<Reproduction> all = All(stores);
        DateTimeOffset now = stores.Clock.GetUtcNow();
        DateTimeOffset? due = ReproductionChoice.DueAt(
            stores.Config.Reproducing.PerDay,
            stores.Reproductions.LastBegun(),
            now
        );
        return new StatusReproduced
        {
            Published = all.Count,
            Identical = Of(RebuildOutcome.Identical),
            Different = Of(RebuildOutcome.Different),
            Unbuildable = Of(RebuildOutcome.Unbuildable),
            Latest = all.Max(one => one.JudgedAt).Text(),
            Next = (due > now ? due : now).Text(),
        };

        int Of(RebuildOutcome outcome) => all.Count(one => one.Verdict == outcome);
    }

    /// <summary>What came out differently, or could not be built.</summary>
    public static IEnumerable<Trouble> Troubles(FarmStores stores)
    {
        foreach (Reproduction one in All(stores))
        {
            string? what = one.Verdict switch
            {
                RebuildOutcome.Different => "came out different",
                RebuildOutcome.Unbuildable => "could not be built",
                _ => null,
            };
            if (what is not null)
            {
                yield return Trouble.Warning(
                    $"reproduce:{one.Recipe}@{one.Version}",
                    $"{one.Recipe} {one.Version} was built again and {what}: {one.Difference}",
                    $"peipkg-manager log {one.AttemptId}"
                ) with
                {
                    Attempt = one.AttemptId,
                };
            }
        }
    }

    /// <summary>Of a recipe's versions that are offered the one that was built last.</summary>
    public static RecipeReproduced? Latest(IEnumerable<Reproduction> versions) =>
        versions.MaxBy(one => one.Original) is { } one
            ? new RecipeReproduced
            {
                Version = one.Version,
                Verdict = one.Verdict is { } verdict ? RebuildVerdict.Text(verdict) : null,
                At = one.JudgedAt.Text(),
                Build = one.AttemptId,
                Detail = one.Detail,
            }
            : null;
}

/// <summary>How many of the versions that the farm has published and offers came out the same when they were built again.</summary>
internal sealed record StatusReproduced
{
    public required int Published { get; init; }

    public required int Identical { get; init; }

    public required int Different { get; init; }

    public required int Unbuildable { get; init; }

    /// <summary>When the latest verdict came; null before the first.</summary>
    public required string? Latest { get; init; }

    /// <summary>When the next may begin.</summary>
    public required string? Next { get; init; }

    /// <summary>In a sentence.</summary>
    [JsonIgnore]
    public string Text =>
        $"{Identical} of {Published}"
        + (Different > 0 ? $", {Different} {(Different == 1 ? "differs" : "differ")}" : "")
        + (Unbuildable > 0 ? $", {Unbuildable} cannot be built any more" : "");
}

/// <summary>When a recipe's latest version was last built again.</summary>
internal sealed record RecipeReproduced
{
    public required string Version { get; init; }

    /// <summary>identical, different or unbuildable; null before the first verdict.</summary>
    public required string? Verdict { get; init; }

    /// <summary>When the verdict came.</summary>
    public required string? At { get; init; }

    /// <summary>The attempt that led to it, whose log has the comparison.</summary>
    public required long? Build { get; init; }

    /// <summary>Why there was none since; empty where nothing was in its way.</summary>
    public required string Detail { get; init; }

    /// <summary>In a few words, without when.</summary>
    [JsonIgnore]
    public string Text =>
        (Verdict ?? "not yet")
        + (Detail.Length > 0 ? $" (not tried {(Verdict is null ? "" : "again ")}: {Detail})" : "");
}
