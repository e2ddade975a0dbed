using Microsoft.Extensions.Logging;
using Peipkg.Format;
using Peipkg.Manager.Git;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Watching;

/// <summary>One poll of one recipe: list the tags, compare with what is published and known, queue what is missing.</summary>
internal sealed class Poller(
    TagLister lister, TagStore tags, BuildStore builds, RepositoryState repository, ILogger<Poller> logger)
{
    /// <summary>Polls a recipe that has an upstream. Failures are logged; the next poll is the retry.</summary>
    /// <returns>True when something was queued.</returns>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task<bool> PollAsync(Recipe recipe, PollTrigger trigger, CancellationToken stop)
    {
        UpstreamUrl url = recipe.Url ?? throw new ArgumentException("the recipe has no upstream", nameof(recipe));
        WatchLog.Polling(logger, recipe.Name, url.Text, trigger == PollTrigger.Webhook ? "webhook" : "interval");
        try
        {
            IReadOnlyList<ListedTag> listed = await lister.ListAsync(url, stop);
            VersionSelection selection = VersionSelection.From(listed, recipe.Document.Upstream!);
            Remember(recipe, url, selection);
            QueuePlan plan = QueuePolicy.Plan(
                recipe,
                selection.Candidates,
                repository.Published(),
                builds.OfRecipe(recipe.Name),
                trigger == PollTrigger.Webhook ? BuildReason.Webhook : BuildReason.Poll);
            Apply(recipe, plan);
            WatchLog.Complete(logger, recipe.Name, listed.Count, selection.Candidates.Count, plan.Queue.Count);
            return plan.Queue.Count > 0;
        }
        catch (GitException e)
        {
            WatchLog.Failed(logger, recipe.Name, e.Message);
        }
        catch (Exception e) when (e is FormatViolationException or IOException or UnauthorizedAccessException)
        {
            // Without a readable archive index nothing could be published either, so nothing is built for it.
            WatchLog.DedupFailed(logger, recipe.Name, e.Message);
        }

        return false;
    }

    private void Remember(Recipe recipe, UpstreamUrl url, VersionSelection selection)
    {
        List<ListedTag> matching = [.. selection.Candidates.Select(c => c.Tag), .. selection.Skipped.Select(s => s.Tag)];
        TagChanges changes = tags.Record(recipe.Name, url.Text, matching);

        // Said once, when the tag is new: the next poll would say the same of all of them again.
        foreach (SkippedTag skipped in selection.Skipped.Where(s => changes.New.Contains(s.Tag.Name)))
        {
            WatchLog.TagSkipped(logger, recipe.Name, skipped.Tag.Name, skipped.Why);
        }

        if (changes.Moved.Count == 0)
        {
            return;
        }

        Dictionary<string, BuildRecord> built = builds.OfRecipe(recipe.Name)
            .Where(b => b.State is not (BuildState.Queued or BuildState.Failed or BuildState.Skipped))
            .GroupBy(b => b.Tag, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        foreach (MovedTag moved in changes.Moved)
        {
            if (built.TryGetValue(moved.Name, out BuildRecord? build))
            {
                WatchLog.TagMoved(logger, recipe.Name, moved.Name, build.Version, moved.OldId, moved.NewId);
            }
        }
    }

    private void Apply(Recipe recipe, QueuePlan plan)
    {
        builds.Queue(plan.Queue);
        builds.Close(plan.Close);
        foreach (QueueEntry entry in plan.Queue)
        {
            WatchLog.Queued(
                logger, recipe.Name, entry.Version, entry.Tag.Name, entry.Reason.Text(), entry.Detail.Length > 0 ? entry.Detail : null);
        }

        if (plan.Close.Count > 0)
        {
            Dictionary<long, string> versions = builds.OfRecipe(recipe.Name).ToDictionary(b => b.Id, b => b.Version);
            foreach ((long id, _, string detail) in plan.Close)
            {
                WatchLog.Closed(logger, recipe.Name, versions.GetValueOrDefault(id, ""), detail);
            }
        }
    }
}
