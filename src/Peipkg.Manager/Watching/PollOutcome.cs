using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>What a poll led to, in words that answer "why is my tag not being built?".</summary>
internal static class PollOutcome
{
    private const int Named = 3;

    /// <param name="upstream">What was asked.</param>
    /// <param name="listed">How many tags the upstream has, or archives whose names match.</param>
    /// <param name="selection">What they give.</param>
    /// <param name="plan">What was changed.</param>
    /// <param name="builds">The recipe's builds after that.</param>
    public static string Describe(
        Upstream upstream,
        int listed,
        VersionSelection selection,
        QueuePlan plan,
        IReadOnlyList<BuildRecord> builds
    )
    {
        if (plan.Queue.Count > 0)
        {
            string more = plan.Queue.Count > Named ? $" and {plan.Queue.Count - Named} more" : "";
            return $"queued {string.Join(", ", plan.Queue.Take(Named).Select(e => e.Version))}{more}";
        }

        if (listed == 0)
        {
            return upstream.Git is null
                ? $"no name on {upstream.Address} matches {upstream.PatternKey}"
                : "the upstream has no tags";
        }

        int matching = selection.Candidates.Count + selection.Skipped.Count + selection.Unwanted.Count;
        if (matching == 0)
        {
            return $"none of the {listed} tags matches {upstream.PatternKey}";
        }

        // What is published and has no build was published before this database began.
        HashSet<string> told = new(builds.Select(b => b.Version), StringComparer.Ordinal);
        int untold = selection.Candidates.Count(c => !told.Contains(c.Version.Text));
        (int Count, string What)[] parts =
        [
            (untold + builds.Count(b => b.State is BuildState.Done or BuildState.Syncing), "published"),
            (
                builds.Count(b =>
                    b.State is BuildState.Queued or BuildState.Fetching or BuildState.Building or BuildState.Publishing
                ),
                "under way"
            ),
            (builds.Count(b => b.State == BuildState.Held), "held for what they would break"),
            (builds.Count(b => b.State == BuildState.Failed && b.Hold == BuildHold.None), "waiting after a failure"),
            (builds.Count(b => b.Hold != BuildHold.None), "held until someone acts"),
            (builds.Count(b => b.State == BuildState.Skipped && b.Hold == BuildHold.None), "passed over"),
            (selection.Unwanted.Count, "ruled out by the recipe"),
            (selection.Skipped.Count, "without a usable version"),
            (listed - matching, $"not matching {upstream.PatternKey}"),
        ];
        return "nothing new: " + string.Join(", ", parts.Where(p => p.Count > 0).Select(p => $"{p.Count} {p.What}"));
    }
}
