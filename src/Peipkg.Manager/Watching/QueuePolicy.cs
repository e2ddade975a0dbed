using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>What a poll changes in the queue.</summary>
/// <param name="Queue">Versions to build, newest first.</param>
/// <param name="Close">Stories with nothing left to do.</param>
internal sealed record QueuePlan(
    IReadOnlyList<QueueEntry> Queue, IReadOnlyList<(long Id, BuildState State, string Detail)> Close);

/// <summary>
/// Decides, from what an upstream lists, what is published and what is known, which versions are to be built. Pure.
/// "Published" is always what the recipe's stanzas would produce, never the recipe's name (SPEC §9).
/// </summary>
internal static class QueuePolicy
{
    public static QueuePlan Plan(
        Recipe recipe,
        IReadOnlyList<Candidate> candidates,
        PublishedPackages published,
        IReadOnlyList<BuildRecord> known,
        BuildReason reason)
    {
        Dictionary<string, BuildRecord> stories = known.ToDictionary(b => b.Version, StringComparer.Ordinal);
        List<QueueEntry> queue = [];
        List<(long, BuildState, string)> close = [];
        foreach (Candidate candidate in candidates)
        {
            stories.Remove(candidate.Version.Text, out BuildRecord? story);
            int present = recipe.Outputs.Count(o => published.Find(o.Name, candidate.Version, o.Architecture) is not null);
            if (present == recipe.Outputs.Count)
            {
                if (story?.State is BuildState.Queued or BuildState.Failed or BuildState.Skipped)
                {
                    close.Add((story.Id, BuildState.Done, "already published"));
                }
            }
            else if (WhyQueue(story, candidate, present, recipe.Outputs.Count) is { } detail)
            {
                bool bumped = story is null && IsBump(recipe.Outputs, published, candidate);
                queue.Add(new QueueEntry(
                    recipe.Name, candidate.Version.Text, candidate.Tag, bumped ? BuildReason.Revision : reason, detail));
            }
        }

        // What is left waited for a version that no tag gives any more: another revision, a tag deleted, a new pattern.
        foreach (BuildRecord story in stories.Values)
        {
            if (story.State is BuildState.Queued or BuildState.Failed)
            {
                close.Add((story.Id, BuildState.Skipped, "no tag of the upstream gives this version under the recipe as it is now"));
            }
        }

        return new QueuePlan(queue, close);
    }

    // Null: leave it as it is.
    private static string? WhyQueue(BuildRecord? story, Candidate candidate, int present, int wanted) => story?.State switch
    {
        null or BuildState.Done or BuildState.Skipped when present > 0 =>
            $"{present} of {wanted} packages are published; the version is completed",
        null or BuildState.Skipped => "",
        BuildState.Queued or BuildState.Failed when story.ObjectId != candidate.Tag.ObjectId || story.Tag != candidate.Tag.Name =>
            "its tag changed before it was built",
        BuildState.Done => "it was published before and is missing from the repository",
        _ => null,
    };

    private static bool IsBump(IReadOnlyList<RecipeOutput> outputs, PublishedPackages published, Candidate candidate) =>
        outputs.Any(o => published.HasLowerRevision(o.Name, candidate.Version, o.Architecture));
}
