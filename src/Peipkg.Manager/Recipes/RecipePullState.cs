namespace Peipkg.Manager.Recipes;

/// <summary>How it stands with <c>[recipes] git</c>, besides what is in force.</summary>
internal sealed record RecipePullState
{
    /// <summary>When the repository last answered; null: not since the manager started.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>How often in a row it could not be asked or fetched.</summary>
    public int Failures { get; init; }

    /// <summary>Why it could not; null while it can.</summary>
    public string? Error { get; init; }

    /// <summary>The latest commit, where it was not taken over; null while the latest is in force.</summary>
    public string? Refused { get; init; }

    /// <summary>Why it was not.</summary>
    public string Reason { get; init; } = "";
}
