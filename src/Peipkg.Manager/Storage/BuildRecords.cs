namespace Peipkg.Manager.Storage;

/// <summary>Why a version was queued.</summary>
internal enum BuildReason
{
    Poll,
    Webhook,
    Operator,
    Revision,
}

/// <summary>Where a version's story stands. The first five are open: they have work left.</summary>
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

    /// <summary>Published; at least one sync target does not have it yet.</summary>
    Syncing,

    /// <summary>Published, and synced where a sync is configured.</summary>
    Done,

    /// <summary>The last attempt failed; tried again at its next_attempt.</summary>
    Failed,

    /// <summary>Nothing to do, for the reason in its detail.</summary>
    Skipped,
}

/// <summary>Whose fault a failure is: the recipe's (its script, its partition) or the world's (network, disk, git host).</summary>
internal enum FailureCause
{
    Recipe,
    Infrastructure,
}

/// <summary>The story of one version of one recipe, as stored.</summary>
/// <param name="Id">Row id.</param>
/// <param name="Recipe">The recipe directory's name.</param>
/// <param name="Version">The package version, as composed from the tag and the revision.</param>
/// <param name="Tag">The tag it is built from.</param>
/// <param name="ObjectId">What the tag pointed at when it was listed.</param>
/// <param name="CommitId">The same, peeled to the commit.</param>
/// <param name="Reason">Why it was queued.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Detail">Why it stands there.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Failures">Consecutive failures.</param>
/// <param name="NextAttempt">Not before this time; null: at once.</param>
/// <param name="AttemptId">The latest attempt, if any.</param>
internal sealed record BuildRecord(
    long Id,
    string Recipe,
    string Version,
    string Tag,
    string ObjectId,
    string CommitId,
    BuildReason Reason,
    BuildState State,
    string Detail,
    int Attempts,
    int Failures,
    DateTimeOffset? NextAttempt,
    long? AttemptId);

/// <summary>A package file that an attempt produced.</summary>
/// <param name="FileName">Its name, without a directory.</param>
/// <param name="Sha256">Lower-case hex digest of its bytes.</param>
/// <param name="Size">Bytes.</param>
internal sealed record BuildOutput(string FileName, string Sha256, long Size);
