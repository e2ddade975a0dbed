using Peipkg.Format.Identity;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Operating;

/// <summary>Answers about recipes and builds, the same for the command line and the dashboard.</summary>
internal static class FarmQueries
{
    /// <summary>Every recipe and how it stands.</summary>
    public static RecipesDocument Recipes(FarmStores stores, RecipeRoster roster)
    {
        Dictionary<string, RecipeRecord> polls = stores.Recipes.All().ToDictionary(r => r.Name, StringComparer.Ordinal);
        Dictionary<string, BuildRecord> latest = stores
            .Builds.Latest()
            .ToDictionary(b => b.Recipe, StringComparer.Ordinal);
        Dictionary<string, BuildRecord> wanted = stores
            .Builds.Newest()
            .ToDictionary(b => b.Recipe, StringComparer.Ordinal);
        ILookup<string, BuildRecord> failing = stores.Builds.Failing().ToLookup(b => b.Recipe, StringComparer.Ordinal);
        PublishedPackages published = stores.Repository.Published();
        ILookup<string, Reproduction> reproduced = ReproductionQuery
            .All(stores)
            .ToLookup(one => one.Recipe, StringComparer.Ordinal);
        return new RecipesDocument
        {
            Recipes =
            [
                .. roster.Recipes.Select(recipe =>
                {
                    RecipeRecord poll = polls.GetValueOrDefault(recipe.Name, new RecipeRecord { Name = recipe.Name });
                    BuildRecord? build = latest.GetValueOrDefault(recipe.Name);
                    return new RecipeDocument
                    {
                        Name = recipe.Name,
                        Packages = [.. recipe.Outputs.Select(o => o.Name.Text)],
                        Owners = recipe.Document.Watch?.Owners ?? [],
                        Upstream = recipe.Address,
                        PolledAt = poll.PolledAt.Text(),
                        AnsweredAt = poll.AnsweredAt.Text(),
                        Outcome = !recipe.IsWatched ? "is not watched: it has no [upstream]" : poll.Outcome,
                        PollFailures = poll.Failures,
                        Paused = poll.PausedAt is null ? null : poll.PauseReason,
                        Published = Highest(recipe, published),
                        State = build is null ? null : Word(build),
                        Version = build?.Version,
                        Failing = failing[recipe.Name].Count(),
                        Newest = poll.Newest,
                        NewestState =
                            poll.Newest is null ? null
                            : wanted.GetValueOrDefault(recipe.Name) is { } newest ? Word(newest)
                            : IsPublished(recipe, poll.Newest, published) ? "done"
                            : null,
                        Reproduced = ReproductionQuery.Latest(reproduced[recipe.Name]),
                    };
                }),
            ],
            Broken =
            [
                .. roster.BrokenRecipes.Select(b => new BrokenRecipeDocument { Name = b.Name, Problems = b.Problems }),
            ],
        };
    }

    /// <summary>The latest attempts and events.</summary>
    public static HistoryDocument History(FarmStores stores, string? recipe, int limit) =>
        new()
        {
            Builds = [.. stores.Attempts.Latest(recipe, null, limit).Select(a => Map(a, []))],
            Events = [.. stores.Events.Latest(recipe, limit).Select(Map)],
        };

    /// <summary>The attempt that an operator means: by its number, or the latest of a version or recipe.</summary>
    /// <exception cref="OperatorException">There is none.</exception>
    public static AttemptDocument Attempt(FarmStores stores, long? id, string? recipe, string? version)
    {
        AttemptRecord? found =
            id is { } number ? stores.Attempts.Find(number)
            : stores.Attempts.Latest(recipe, version, 1) is [var latest, ..] ? latest
            : null;
        return found is { } attempt
            ? Map(attempt, stores.Attempts.Outputs(attempt.Id))
            : throw new OperatorException(
                id is not null
                    ? $"there is no attempt {id}; \"peipkg-manager history\" lists them"
                    : $"{recipe}{(version is null ? "" : "@" + version)} was never built; \"peipkg-manager why {recipe}\" may know the reason"
            );
    }

    /// <summary>A build's state, with the hold in place of the state that it hides.</summary>
    public static string Word(BuildRecord build) => build.Hold.Text() ?? build.State.Text();

    private static AttemptDocument Map(AttemptRecord attempt, IReadOnlyList<BuildOutput> outputs) =>
        new()
        {
            Build = attempt.Id,
            Recipe = attempt.Recipe,
            Version = attempt.Version,
            Tag = attempt.Tag,
            Commit = attempt.CommitId,
            Reason = attempt.Reason,
            Pool = attempt.Pool,
            StartedAt = attempt.StartedAt.Text(),
            BuiltAt = attempt.BuiltAt.Text(),
            PublishedAt = attempt.PublishedAt.Text(),
            SyncedAt = attempt.SyncedAt.Text(),
            EndedAt = attempt.EndedAt.Text(),
            Result = attempt.Result,
            Cause = attempt.Cause,
            Detail = attempt.Detail,
            Packages = [.. outputs.Select(o => new OutputDocument(o.FileName, o.Sha256, o.Size))],
        };

    private static EventDocument Map(FarmEvent what) =>
        new()
        {
            Id = what.Id,
            At = what.At.Text(),
            Kind = what.Kind,
            Recipe = what.Recipe,
            Version = what.Version,
            Build = what.AttemptId,
            Detail = what.Detail,
            By = what.Operator,
        };

    private static bool IsPublished(RosterEntry recipe, string version, PublishedPackages published) =>
        PackageVersion.TryParse(version, out PackageVersion parsed, out _) && published.HasAll(recipe.Outputs, parsed);

    private static string? Highest(RosterEntry recipe, PublishedPackages published)
    {
        PackageVersion? highest = null;
        foreach (
            PackageVersion version in recipe
                .Outputs.Take(1)
                .SelectMany(o => published.VersionsOf(o.Name, o.Architecture))
        )
        {
            if (
                (highest is not { } best || PackageVersion.Compare(best, version) < 0)
                && published.HasAll(recipe.Outputs, version)
            )
            {
                highest = version;
            }
        }

        return highest?.Text;
    }
}
