using Peipkg.Format.Text;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Operating;

/// <summary>
/// What would happen to a recipe's versions and why: the decisions of <see cref="VersionSelection"/> and
/// <see cref="QueuePolicy"/> on the tags of the latest poll, the builds, and what the running build loop says.
/// </summary>
internal static class WhyQuery
{
    /// <param name="stores">What is known.</param>
    /// <param name="roster">The recipes.</param>
    /// <param name="name">The recipe.</param>
    /// <param name="version">A version or tag; null for all.</param>
    /// <param name="live">The running manager, if this is it.</param>
    /// <exception cref="OperatorException">There is no such recipe or version.</exception>
    public static WhyDocument Ask(FarmStores stores, RecipeRoster roster, string name, string? version, LiveFarm? live)
    {
        if (roster.BrokenRecipes.FirstOrDefault(b => b.Name == name) is { } broken)
        {
            return new WhyDocument
            {
                Recipe = name,
                Notes = ["the recipe cannot be used; correct it, then \"peipkg-manager reload\"", .. broken.Problems],
                Versions = [],
            };
        }

        RosterEntry recipe = Known(roster, name);
        RecipeRecord record = stores.Recipes.Get(name);
        List<WhyVersionDocument> versions = !recipe.IsWatched ? [] : Versions(stores, recipe, record, live);
        if (version is not null)
        {
            versions = [.. versions.Where(v => VersionName.Means(version, v.Tag, v.Version))];
        }

        List<string> notes = Notes(stores, recipe, record, live);
        if (version is not null && versions.Count == 0)
        {
            notes.Add(
                record.AnsweredAt is null
                    ? "no poll has been answered yet, so its tags are not known"
                    : $"the latest listing of the upstream names nothing that matches {recipe.Document.Upstream?.PatternKey} and gives {version}"
            );
        }

        return new WhyDocument
        {
            Recipe = name,
            Notes = notes,
            Versions = versions,
        };
    }

    /// <summary>A recipe of the roster.</summary>
    /// <exception cref="OperatorException">There is none of this name.</exception>
    public static RosterEntry Known(RecipeRoster roster, string name) =>
        roster.Find(name)
        ?? throw new OperatorException(
            $"there is no recipe \"{name}\"{Peipkg.Format.Text.NearestName.Suggestion(name, roster.Recipes.Select(r => r.Name))}; the recipes "
                + "are directories below recipes_dir, or in the repository of [recipes], that hold a peipkg.toml"
        );

    private static List<string> Notes(FarmStores stores, RosterEntry recipe, RecipeRecord record, LiveFarm? live)
    {
        List<string> notes = [];
        if (!recipe.IsWatched)
        {
            notes.Add("the recipe has no [upstream], so nothing is ever built of it here");
        }
        else if (record.PolledAt is null)
        {
            notes.Add("its upstream has not been polled yet");
        }
        else if (record.Failures > 0)
        {
            notes.Add(
                $"its upstream has not answered {Times(record.Failures)} in a row, last at {record.PolledAt.Text()}: {record.Outcome}"
            );
        }
        else
        {
            notes.Add($"last polled at {record.PolledAt.Text()}: {record.Outcome}");
        }

        if (record.PausedAt is not null)
        {
            notes.Add($"its builds are paused since {record.PausedAt.Text()}{Because(record.PauseReason)}");
        }

        if (stores.Settings.PauseReason() is { } pause)
        {
            notes.Add($"all builds are paused{Because(pause)}");
        }

        if (live is null)
        {
            notes.Add("no manager is running: nothing is polled or built");
        }

        return notes;
    }

    private static List<WhyVersionDocument> Versions(
        FarmStores stores,
        RosterEntry recipe,
        RecipeRecord record,
        LiveFarm? live
    )
    {
        IReadOnlyList<BuildRecord> builds = stores.Builds.OfRecipe(recipe.Name);
        VersionSelection selection = VersionSelection.From(
            stores.Tags.Current(recipe.Name),
            recipe.Document.Upstream!,
            builds,
            stores.Tags.Raised(recipe.Name)
        );
        PublishedPackages published = stores.Repository.Published();
        QueuePlan plan = QueuePolicy.Plan(
            new QueueSituation
            {
                Recipe = recipe,
                Candidates = selection.Candidates,
                Published = published,
                Builds = builds,
                Reason = BuildReason.Poll,
                FirstContact = record.Upstream == recipe.Address ? record.FirstContact : null,
                FirstSeen = stores.Tags.FirstSeen(recipe.Name),
                RecipeDigest = recipe.Digest(),
            }
        );
        Func<BuildRecord, string>? waiting = live?.WhyWaiting();
        ILookup<string, string?> places = (live?.Counters.Running ?? [])
            .Where(running => running.Recipe == recipe.Name)
            .ToLookup(running => running.Version, running => running.Pool, StringComparer.Ordinal);
        string Place(BuildRecord build) => places[build.Version].FirstOrDefault() is { } pool ? $" in pool {pool}" : "";
        Dictionary<string, BuildRecord> byVersion = builds.ToDictionary(b => b.Version, StringComparer.Ordinal);
        List<WhyVersionDocument> versions = [];
        foreach (Candidate candidate in selection.Candidates)
        {
            byVersion.Remove(candidate.Version.Text, out BuildRecord? build);
            string verdict =
                plan.Queue.FirstOrDefault(e => e.Version == candidate.Version.Text) is { } queue
                    ? "the next poll queues it" + Because(queue.Detail)
                : plan.Skip.FirstOrDefault(e => e.Version == candidate.Version.Text) is { } skip
                    ? "the next poll passes it over: " + skip.Detail
                : plan.Close.Where(c => c.Id == build?.Id)
                    .Select(c => "the next poll closes it: " + c.Detail)
                    .FirstOrDefault()
                    ?? (
                        build is null
                            ? "published before this manager's records begin"
                            : Standing(build, waiting, Place(build))
                    );
            versions.Add(
                new WhyVersionDocument
                {
                    Version = candidate.Version.Text,
                    Tag = candidate.Tag.Name,
                    State = build is null ? null : FarmQueries.Word(build),
                    Verdict = verdict + Moved(build, candidate.Tag),
                }
            );
        }

        foreach (BuildRecord build in byVersion.Values.OrderBy(b => b.Id))
        {
            string? closing = plan.Close.Where(c => c.Id == build.Id).Select(c => c.Detail).FirstOrDefault();
            versions.Add(
                new WhyVersionDocument
                {
                    Version = build.Version,
                    Tag = build.Tag,
                    State = FarmQueries.Word(build),
                    Verdict = closing is null
                        ? Standing(build, waiting, Place(build))
                        : "the next poll closes it: " + closing,
                }
            );
        }

        versions.AddRange(selection.Unwanted.Select(tag => Ruled(tag, "the recipe rules it out: ")));
        versions.AddRange(selection.Skipped.Select(tag => Ruled(tag, "its tag gives no usable version: ")));
        return versions;
    }

    private static string Moved(BuildRecord? build, ListedTag tag) =>
        (build?.IsBuilt == true || build?.State is BuildState.Syncing or BuildState.Done)
        && build.CommitId != tag.CommitId
            ? $"; its tag has moved from {build.CommitId} to {tag.CommitId} since it was built: what was built stays, and a higher "
                + "peios_revision builds what is there now"
            : "";

    private static WhyVersionDocument Ruled(SkippedTag tag, string intro) =>
        new()
        {
            Version = null,
            Tag = tag.Tag.Name,
            State = null,
            Verdict = intro + tag.Why,
        };

    private static string Standing(BuildRecord build, Func<BuildRecord, string>? waiting, string place)
    {
        string name = $"{build.Recipe}@{build.Version}";
        return build.Hold switch
        {
            BuildHold.GivenUp =>
                $"given up after it failed {Times(build.Failures)}, until the recipe or the tag changes, or \"peipkg-manager retry {name}\": {build.Detail}",
            BuildHold.Cancelled =>
                $"stopped by an operator until \"peipkg-manager retry {name}\"{Because(build.Detail)}",
            BuildHold.Rejected =>
                $"rejected by an operator until \"peipkg-manager retry {name}\"{Because(build.Detail)}",
            _ => build.State switch
            {
                BuildState.Queued => waiting?.Invoke(build) ?? "is queued",
                BuildState.Fetching => "its source is being fetched"
                    + (place.Length > 0 ? ", to be built" + place : ""),
                BuildState.Building => "is being built" + place,
                BuildState.Publishing when build is { NextAttempt: { } look, Cause: null } =>
                    $"is built; publishing is held up and looked at again at {look.Text()}: {build.Detail}",
                BuildState.Publishing when build.NextAttempt is { } next =>
                    $"is built; publishing it failed and is tried again at {next.Text()}: {build.Detail}",
                BuildState.Publishing => waiting?.Invoke(build) ?? "is built and waits to be published",
                BuildState.Held =>
                    $"is built and held: {build.Detail}; it goes out when nothing would break, with \"peipkg-manager release {name}\" at once, or "
                        + $"with \"peipkg-manager reject {name}\" never",
                BuildState.Syncing => "is published and on its way to the sync targets",
                BuildState.Failed when build.NextAttempt is { } next =>
                    $"failed {Times(build.Failures + build.Trouble)} ({build.Cause?.Text()}), is tried again at {next.Text()}: {build.Detail}",
                BuildState.Failed => $"failed: {build.Detail}",
                _ => build.Detail.Length > 0 ? build.Detail : build.State.Text(),
            },
        };
    }

    /// <summary>How often something happened, in words.</summary>
    public static string Times(int count) => count == 1 ? "once" : Counted.Text(count, "time");

    private static string Because(string reason) => reason.Length > 0 ? ": " + reason : "";
}
