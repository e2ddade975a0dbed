namespace Peipkg.Manager.Storage;

/// <summary>Why a version was queued.</summary>
internal enum BuildReason
{
    Poll,
    Webhook,
    Operator,
    Revision,
}

/// <summary>Where a version's build stands. The first six are open: they have work left.</summary>
internal enum BuildState
{
    /// <summary>Wanted, nothing under way.</summary>
    Queued,

    /// <summary>Its source is being cloned.</summary>
    Fetching,

    /// <summary>peipkg-build is at work.</summary>
    Building,

    /// <summary>Built and verified; its packages wait in <c>publish/</c>.</summary>
    Publishing,

    /// <summary>Built and verified as well, but publishing it would break what is published; see the table of lacks.</summary>
    Held,

    /// <summary>Published; at least one sync target does not have it yet.</summary>
    Syncing,

    /// <summary>Published, and synced where a sync is configured.</summary>
    Done,

    /// <summary>The last attempt failed; tried again at its next_attempt, unless it is held.</summary>
    Failed,

    /// <summary>Nothing to do, for the reason in its detail.</summary>
    Skipped,
}

/// <summary>Why a build is left alone until someone acts.</summary>
internal enum BuildHold
{
    None,

    /// <summary>It failed as often as the recipe may fail; a change of the recipe or the tag counts as an act.</summary>
    GivenUp,

    /// <summary>An operator stopped it.</summary>
    Cancelled,

    /// <summary>An operator does not want this version.</summary>
    Rejected,
}

/// <summary>Whose fault a failure is: the recipe's (its script, its partition) or the world's (network, disk, git host).</summary>
internal enum FailureCause
{
    Recipe,
    Infrastructure,
}

/// <summary>The build of one version of one recipe, as stored.</summary>
internal sealed record BuildRecord
{
    public required long Id { get; init; }

    /// <summary>The recipe directory's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The package version, as composed from the tag and the revision.</summary>
    public required string Version { get; init; }

    /// <summary>The tag it is built from.</summary>
    public required string Tag { get; init; }

    /// <summary>What the tag pointed at when it was listed.</summary>
    public required string ObjectId { get; init; }

    /// <summary>The same, peeled to the commit.</summary>
    public required string CommitId { get; init; }

    public required BuildReason Reason { get; init; }

    public required BuildState State { get; init; }

    /// <summary>Why it stands there.</summary>
    public string Detail { get; init; } = "";

    public BuildHold Hold { get; init; }

    /// <summary>Whether an operator wants what the latest attempt made published, whatever it breaks.</summary>
    public bool IsReleased { get; init; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }

    /// <summary>Consecutive failures that are the recipe's.</summary>
    public int Failures { get; init; }

    /// <summary>Consecutive failures that are the world's.</summary>
    public int Trouble { get; init; }

    /// <summary>Of the latest failure; null when the latest attempt did not fail.</summary>
    public FailureCause? Cause { get; init; }

    /// <summary>Not before this time; null: at once, or not at all when held.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>The latest attempt, if any.</summary>
    public long? AttemptId { get; init; }

    /// <summary>The recipe's folder as it was at the latest attempt.</summary>
    public string? RecipeDigest { get; init; }

    public DateTimeOffset QueuedAt { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Whether its packages wait in <c>publish/</c>.</summary>
    public bool IsBuilt => State is BuildState.Publishing or BuildState.Held;
}

/// <summary>What would lack what if a held build were published.</summary>
/// <param name="Package">The package: one that is published, or the held build's own.</param>
/// <param name="Name">What it depends on, with the constraint.</param>
/// <param name="Recipe">The recipe that makes the package; null where none does.</param>
internal sealed record Lack(string Package, string Name, string? Recipe)
{
    /// <summary>Whether the farm had that recipe built again for it.</summary>
    public bool IsRebuilt { get; init; }
}
