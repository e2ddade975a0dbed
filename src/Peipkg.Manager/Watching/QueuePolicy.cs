using Peipkg.Format.Identity;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>What is known when a poll has to decide.</summary>
internal sealed record QueueSituation
{
    public required RosterEntry Recipe { get; init; }

    /// <summary>Newest version first.</summary>
    public required IReadOnlyList<Candidate> Candidates { get; init; }

    public required PublishedPackages Published { get; init; }

    /// <summary>Every build of the recipe.</summary>
    public required IReadOnlyList<BuildRecord> Builds { get; init; }

    /// <summary>What the poll was made for.</summary>
    public required BuildReason Reason { get; init; }

    /// <summary>When the upstream was first listed; null: just now.</summary>
    public DateTimeOffset? FirstContact { get; init; }

    /// <summary>When each tag was first listed; one that is missing: just now.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> FirstSeen { get; init; } =
        new Dictionary<string, DateTimeOffset>();

    /// <summary>The recipe's folder as it is now; null when unknown.</summary>
    public string? RecipeDigest { get; init; }
}

/// <summary>What a poll changes in the queue.</summary>
/// <param name="Queue">Versions to build, newest first.</param>
/// <param name="Skip">Versions never dealt with that are passed over.</param>
/// <param name="Close">Builds with nothing left to do.</param>
internal sealed record QueuePlan(
    IReadOnlyList<QueueEntry> Queue,
    IReadOnlyList<QueueEntry> Skip,
    IReadOnlyList<(long Id, BuildState State, string Detail)> Close
);

/// <summary>
/// Decides, from what an upstream lists, what is published and what is known, which versions are to be built. Pure.
/// "Published" is always what the recipe's stanzas would produce, never the recipe's name (SPEC §9).
/// </summary>
internal static class QueuePolicy
{
    public static QueuePlan Plan(QueueSituation situation)
    {
        RosterEntry recipe = situation.Recipe;
        Dictionary<string, BuildRecord> builds = situation.Builds.ToDictionary(b => b.Version, StringComparer.Ordinal);
        HashSet<string> backlog = Backlog(situation);
        List<QueueEntry> queue = [];
        List<QueueEntry> skip = [];
        List<(long, BuildState, string)> close = [];
        foreach (Candidate candidate in situation.Candidates)
        {
            builds.Remove(candidate.Version.Text, out BuildRecord? build);
            int present = recipe.Outputs.Count(o =>
                situation.Published.Find(o.Name, candidate.Version, o.Architecture) is not null
            );
            if (present == recipe.Outputs.Count)
            {
                if (
                    build?.State is BuildState.Queued or BuildState.Failed or BuildState.Skipped
                    && build.Hold != BuildHold.Rejected
                )
                {
                    close.Add((build.Id, BuildState.Done, "already published"));
                }

                continue;
            }

            bool bumped = IsBump(recipe.Outputs, situation.Published, candidate.Version);

            // Where another recipe took the name, this one is mistaken and fails; nothing is passed over in silence.
            string? why =
                (recipe.SharesPackages ? null : WhyNever(recipe.Outputs, situation.Published, candidate.Version))
                ?? (
                    present == 0
                    && !bumped
                    && build?.Reason != BuildReason.Operator
                    && backlog.Contains(candidate.Tag.Name)
                        ? $"older than what backfill = {Backfill(recipe)} takes of the versions found at first contact"
                        : null
                );
            if (why is not null)
            {
                if (build is null or { State: BuildState.Done })
                {
                    skip.Add(Entry(candidate, BuildReason.Poll, why));
                }
                else if (build.State is BuildState.Queued or BuildState.Failed && build.Hold != BuildHold.GivenUp)
                {
                    close.Add((build.Id, BuildState.Skipped, why));
                }
            }
            else if (WhyQueue(build, candidate, present, recipe.Outputs.Count, situation.RecipeDigest) is { } detail)
            {
                bool anew = bumped && build is null;
                queue.Add(
                    Entry(
                        candidate,
                        anew ? BuildReason.Revision : situation.Reason,
                        anew ? WhyOtherSource(situation.Builds, candidate.Tag) ?? detail : detail
                    )
                );
            }
        }

        // What is left waited for a version that no tag gives any more: another revision, a tag deleted, a new pattern.
        foreach (BuildRecord build in builds.Values)
        {
            if (build.State is BuildState.Queued or BuildState.Failed)
            {
                close.Add(
                    (
                        build.Id,
                        BuildState.Skipped,
                        "no tag of the upstream gives this version under the recipe as it is now"
                    )
                );
            }
        }

        return new QueuePlan(queue, skip, close);

        QueueEntry Entry(Candidate candidate, BuildReason reason, string detail) =>
            new(recipe.Name, candidate.Version.Text, candidate.Tag, reason, detail);
    }

    /// <summary>Why the repository would refuse a version's packages however often they were built; null when it would not.</summary>
    public static string? WhyNever(
        IReadOnlyList<RecipeOutput> outputs,
        PublishedPackages published,
        PackageVersion version
    )
    {
        foreach (RecipeOutput output in outputs)
        {
            if (published.Rival(output.Name, version, output.Architecture) is { } rival)
            {
                return RivalPackage.Describe(output.Name, version, output.Architecture, rival);
            }
        }

        return null;
    }

    // Null: leave it as it is. What was published of a version stays what it is made from: a moved tag completes and
    // replaces nothing.
    private static string? WhyQueue(
        BuildRecord? build,
        Candidate candidate,
        int present,
        int wanted,
        string? recipeDigest
    ) =>
        build?.Hold is BuildHold.Cancelled or BuildHold.Rejected
            ? null
            : build?.State switch
            {
                BuildState.Done when build.CommitId != candidate.Tag.CommitId => null,
                null or BuildState.Done or BuildState.Skipped when present > 0 =>
                    $"{present} of {wanted} packages are published; the version is completed",
                null or BuildState.Skipped => "",
                BuildState.Queued
                or BuildState.Failed when build.ObjectId != candidate.Tag.ObjectId || build.Tag != candidate.Tag.Name =>
                    "its tag changed before it was built",
                BuildState.Failed
                    when build.Cause == FailureCause.Recipe
                        && recipeDigest is not null
                        && build.RecipeDigest is not null
                        && build.RecipeDigest != recipeDigest => "the recipe changed since it failed",
                BuildState.Done => "it was published before and is missing from the repository",
                _ => null,
            };

    // A new revision is built from where the tag points now, which is worth a word when the former one was not.
    private static string? WhyOtherSource(IReadOnlyList<BuildRecord> builds, ListedTag tag) =>
        builds.LastOrDefault(b => b.Tag == tag.Name && (b.IsBuilt || b.State is BuildState.Done or BuildState.Syncing))
            is { } former
        && former.CommitId != tag.CommitId
            ? $"its tag moved since {former.Version} was built from it, so the source is another"
            : null;

    /// <summary>The tags that were there at first contact and are too old to be built because of that.</summary>
    private static HashSet<string> Backlog(QueueSituation situation) =>
        situation.Recipe.Document.Watch?.Backfill is not { } most
            ? []
            :
            [
                .. situation
                    .Candidates.Select(c => c.Tag.Name)
                    .Where(tag =>
                        situation.FirstContact is not { } contact
                        || (situation.FirstSeen.TryGetValue(tag, out DateTimeOffset seen) && seen <= contact)
                    )
                    .Skip((int)Math.Min(most, int.MaxValue)),
            ];

    private static string Backfill(RosterEntry recipe) =>
        recipe.Document.Watch?.Backfill is 1 ? "\"latest\"" : $"{recipe.Document.Watch?.Backfill}";

    private static bool IsBump(
        IReadOnlyList<RecipeOutput> outputs,
        PublishedPackages published,
        PackageVersion version
    ) => outputs.Any(o => published.HasLowerRevision(o.Name, version, o.Architecture));
}
