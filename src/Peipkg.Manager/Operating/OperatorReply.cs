using System.Text.Json.Serialization;

namespace Peipkg.Manager.Operating;

/// <summary>The answer to an <see cref="OperatorRequest"/>: what went wrong, or the one document that was asked for.</summary>
internal sealed record OperatorReply
{
    public string? Error { get; init; }

    public ActionDocument? Action { get; init; }

    public StatusDocument? Status { get; init; }

    public RecipesDocument? Recipes { get; init; }

    public HistoryDocument? History { get; init; }

    public AttemptDocument? Attempt { get; init; }

    public WhyDocument? Why { get; init; }

    public PoolsDocument? Pools { get; init; }

    public TrialDocument? Trial { get; init; }

    public TrialsDocument? Trials { get; init; }
}

/// <summary>What a command did.</summary>
internal sealed record ActionDocument
{
    /// <summary>A sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>What was changed, one item each: <c>recipe@version</c>, a recipe, a file.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];
}

/// <summary><c>pool list</c>.</summary>
/// <param name="Pools">In the order of the configuration.</param>
internal sealed record PoolsDocument(IReadOnlyList<PoolDocument> Pools);

/// <summary><c>recipes</c>.</summary>
internal sealed record RecipesDocument
{
    public required IReadOnlyList<RecipeDocument> Recipes { get; init; }

    public required IReadOnlyList<BrokenRecipeDocument> Broken { get; init; }
}

/// <summary>A recipe and how its upstream answers.</summary>
internal sealed record RecipeDocument
{
    public required string Name { get; init; }

    /// <summary>What a version of it consists of.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Who answers for it, as its <c>[watch]</c> says.</summary>
    public IReadOnlyList<string> Owners { get; init; } = [];

    /// <summary>Without credentials; null when it is not watched.</summary>
    public required string? Upstream { get; init; }

    public required string? PolledAt { get; init; }

    public required string? AnsweredAt { get; init; }

    /// <summary>What the latest poll led to.</summary>
    public required string Outcome { get; init; }

    /// <summary>Consecutive polls without an answer.</summary>
    public required int PollFailures { get; init; }

    /// <summary>Why its builds are paused; null when they are not.</summary>
    public required string? Paused { get; init; }

    /// <summary>The highest version that is published whole.</summary>
    public required string? Published { get; init; }

    /// <summary>The state of its latest build, as in <c>history</c>.</summary>
    public required string? State { get; init; }

    public required string? Version { get; init; }

    /// <summary>How many of its versions have failed and are not finished.</summary>
    public required int Failing { get; init; }

    /// <summary>The newest version that its upstream gives, as of the latest answer; null when there is none.</summary>
    public string? Newest { get; init; }

    /// <summary>The state of that version's build; null when it has none.</summary>
    public string? NewestState { get; init; }

    /// <summary>When what is published was last built again; null where <c>[reproduce]</c> asks for nothing.</summary>
    public RecipeReproduced? Reproduced { get; init; }
}

/// <summary>A recipe that cannot be used, and why.</summary>
internal sealed record BrokenRecipeDocument
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }
}

/// <summary><c>history</c>.</summary>
internal sealed record HistoryDocument
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<AttemptDocument> Builds { get; init; }

    /// <summary>What else happened, newest first.</summary>
    public required IReadOnlyList<EventDocument> Events { get; init; }
}

/// <summary>One attempt at a build.</summary>
internal sealed record AttemptDocument
{
    /// <summary>The attempt's number, which names its log.</summary>
    public required long Build { get; init; }

    public required string Recipe { get; init; }

    public required string Version { get; init; }

    public required string Tag { get; init; }

    public required string Commit { get; init; }

    /// <summary>Why it was begun: poll, webhook, operator or revision.</summary>
    public required string Reason { get; init; }

    /// <summary>Where it ran; null where the farm had no pools.</summary>
    public string? Pool { get; init; }

    public required string StartedAt { get; init; }

    public required string? BuiltAt { get; init; }

    public required string? PublishedAt { get; init; }

    public required string? SyncedAt { get; init; }

    public required string? EndedAt { get; init; }

    /// <summary>done, failed, interrupted, skipped or cancelled; null while it runs.</summary>
    public required string? Result { get; init; }

    /// <summary>Of a failure: recipe or infrastructure.</summary>
    public required string? Cause { get; init; }

    public required string Detail { get; init; }

    public IReadOnlyList<OutputDocument> Packages { get; init; } = [];
}

/// <summary>A package that an attempt made.</summary>
internal sealed record OutputDocument(string File, string Sha256, long Size);

/// <summary>A line of the diary.</summary>
internal sealed record EventDocument
{
    public required long Id { get; init; }

    public required string At { get; init; }

    public required string Kind { get; init; }

    public required string? Recipe { get; init; }

    public required string? Version { get; init; }

    public required long? Build { get; init; }

    public required string Detail { get; init; }

    /// <summary>Who did it, where it is an operator's act and that is known.</summary>
    public string? By { get; init; }
}

/// <summary><c>why</c>.</summary>
internal sealed record WhyDocument
{
    public required string Recipe { get; init; }

    /// <summary>What holds for the recipe or the whole farm.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Highest first.</summary>
    public required IReadOnlyList<WhyVersionDocument> Versions { get; init; }
}

/// <summary>What would happen to one version, and why.</summary>
internal sealed record WhyVersionDocument
{
    /// <summary>Null where the tag gives none.</summary>
    public required string? Version { get; init; }

    public required string? Tag { get; init; }

    /// <summary>Where its build stands; null when it has none.</summary>
    public required string? State { get; init; }

    public required string Verdict { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OperatorRequest))]
[JsonSerializable(typeof(OperatorReply))]
internal sealed partial class OperatorJson : JsonSerializerContext;
