using System.Globalization;
using Peipkg.Format.Identity;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Operating;

/// <summary>What is wrong with the upstreams: nobody asks them, they do not answer, or they moved what was built.</summary>
internal static class PollTroubles
{
    /// <summary>Of every recipe.</summary>
    public static IEnumerable<Trouble> Of(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        HashSet<string> watched = [.. roster.Watched.Select(r => r.Name)];
        List<RecipeRecord> all = [.. stores.Recipes.All()];
        List<RecipeRecord> polls = [.. all.Where(r => watched.Contains(r.Name))];
        foreach (RecipeRecord recipe in all.Where(r => r.PausedAt is not null && roster.Knows(r.Name)))
        {
            yield return Trouble.Warning(
                "paused:" + recipe.Name,
                $"builds of {recipe.Name} are paused: {recipe.PauseReason}",
                $"peipkg-manager resume {recipe.Name}"
            ) with
            {
                Since = recipe.PausedAt,
            };
        }

        foreach (
            (string recipe, string tag, string version) in stores
                .Tags.MovedAfterBuild()
                .Where(m => watched.Contains(m.Recipe))
        )
        {
            yield return Trouble.Warning(
                $"moved:{recipe}@{tag}",
                $"tag {tag} of {recipe} points elsewhere since {version} was built from it; what was built stays",
                $"peipkg-manager why {recipe}@{version}"
            ) with
            {
                IsTold = true,
            };
        }

        foreach (RosterEntry recipe in roster.Watched.Where(recipe => recipe.Url is null))
        {
            if (Unlocked(recipe, stores.Tags.Current(recipe.Name)) is { } version)
            {
                yield return Trouble.Warning(
                    "unlocked:" + recipe.Name,
                    $"{recipe.Name} {version} is out, and {SourceLock.FileName} does not say which archive it is",
                    $"peipkg-build lock {recipe.Directory} --version {version}"
                );
            }
        }

        if (live is null || watched.Count == 0)
        {
            yield break;
        }

        DateTimeOffset now = stores.Clock.GetUtcNow();
        DateTimeOffset latest = polls.Max(r => r.PolledAt) is { } time && time > live.StartedAt ? time : live.StartedAt;
        TimeSpan patience = (stores.Config.DefaultInterval * 2) + TimeSpan.FromMinutes(5);
        if (now - latest > patience)
        {
            yield return Trouble.Error(
                "polls",
                $"no upstream has been polled since {latest.Text()}",
                "journalctl -u peipkg-manager"
            );
        }

        RecipeRecord[] silent = [.. polls.Where(r => r.Failures > 0)];
        if (silent.Length > 0 && silent.Length == polls.Count)
        {
            yield return Trouble.Error(
                "upstreams",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the latest poll of every upstream failed ({polls.Count}), the first with: {polls[0].Outcome}"
                ),
                $"peipkg-manager why {polls[0].Name}"
            );
        }
        else
        {
            foreach (RecipeRecord recipe in silent)
            {
                yield return Trouble.Warning(
                    "upstream:" + recipe.Name,
                    $"the upstream of {recipe.Name} does not answer, {WhyQuery.Times(recipe.Failures)} by now: {recipe.Outcome}",
                    $"peipkg-manager why {recipe.Name}"
                );
            }
        }
    }

    // Upstream's newest version, where it is newer than all that are locked.
    private static string? Unlocked(RosterEntry recipe, IReadOnlyList<ListedTag> listed)
    {
        Upstream upstream = recipe.Document.Upstream!;
        (ListedTag Tag, PackageVersion Version)? newest = null;
        foreach (ListedTag tag in listed)
        {
            if (
                upstream.TryGetVersion(tag.Name, out PackageVersion version, out _)
                && (newest is not { } best || PackageVersion.Compare(version, best.Version) > 0)
            )
            {
                newest = (tag, version);
            }
        }

        return newest is { Tag.IsKnown: false } found ? found.Version.Upstream : null;
    }
}
