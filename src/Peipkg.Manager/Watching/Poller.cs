using Microsoft.Extensions.Logging;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Watching;

/// <summary>One poll of one recipe: list the tags, compare with what is published and known, queue what is missing.</summary>
internal sealed class Poller(
    VersionLister lister,
    TagStore tags,
    BuildStore builds,
    BuildMoves moves,
    RecipeStore recipes,
    EventStore events,
    RepositoryState repository,
    TimeProvider clock,
    ILogger<Poller> logger
)
{
    /// <summary>Polls a recipe that has an upstream. Failures are logged; the next poll is the retry.</summary>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    /// <exception cref="StorageException">The database failed.</exception>
    public async Task<PollResult> PollAsync(RosterEntry recipe, PollTrigger trigger, CancellationToken cancellation)
    {
        string address = recipe.Address ?? throw new ArgumentException("the recipe has no upstream", nameof(recipe));
        RecipePoll poll = new(
            recipe.Name,
            address,
            clock.GetUtcNow(),
            trigger == PollTrigger.Webhook ? "webhook" : "interval"
        );
        WatchEvents.Polling(logger, recipe.Name, address, poll.Trigger);
        try
        {
            IReadOnlyList<ListedTag> listed = await lister.ListAsync(recipe, cancellation);
            IReadOnlyList<BuildRecord> known = builds.OfRecipe(recipe.Name);
            VersionSelection selection = VersionSelection.From(
                listed,
                recipe.Document.Upstream!,
                known,
                tags.Raised(recipe.Name)
            );
            RecipeRecord record = recipes.Get(recipe.Name);
            DateTimeOffset? contact = record.Upstream == address ? record.FirstContact : null;
            TagChanges changes = Remember(recipe, address, selection);
            QueuePlan plan = QueuePolicy.Plan(
                new QueueSituation
                {
                    Recipe = recipe,
                    Candidates = selection.Candidates,
                    Published = repository.Published(),
                    Builds = known,
                    Reason = trigger == PollTrigger.Webhook ? BuildReason.Webhook : BuildReason.Poll,
                    FirstContact = contact,
                    FirstSeen = changes.FirstSeen,
                    RecipeDigest = recipe.Digest(),
                }
            );
            if (Apply(recipe, plan, known))
            {
                known = builds.OfRecipe(recipe.Name);
            }

            string outcome = PollOutcome.Describe(recipe.Document.Upstream!, listed.Count, selection, plan, known);
            bool news = contact is not null && changes.New.Count + changes.Moved.Count > 0;
            recipes.Answered(
                poll,
                listed.Count,
                selection.Candidates.Count,
                selection.Candidates is [var newest, ..] ? newest.Version.Text : null,
                news,
                outcome
            );
            Say(recipe, poll, contact is null, plan, outcome);
            WatchEvents.Complete(logger, recipe.Name, listed.Count, selection.Candidates.Count, plan.Queue.Count);
            return new PollResult(Answered: true, plan.Queue.Count > 0, news, HostMood.Fine);
        }
        catch (UpstreamException exception)
        {
            recipes.Failed(poll, exception.Message);
            WatchEvents.Failed(logger, recipe.Name, exception.Message);
            return PollResult.Failed with { Host = HostTrouble.In(exception.Message) };
        }
        catch (Exception exception) when (Boundary.Holds(exception) && exception is not StorageException)
        {
            // Without a readable archive index nothing could be published either, so nothing is built for it.
            string error = Boundary.Describe(exception);
            recipes.Failed(poll, error);
            WatchEvents.DedupFailed(logger, recipe.Name, error);
            return PollResult.Failed;
        }
    }

    private TagChanges Remember(RosterEntry recipe, string address, VersionSelection selection)
    {
        List<ListedTag> matching =
        [
            .. selection.Candidates.Select(c => c.Tag),
            .. selection.Skipped.Select(s => s.Tag),
            .. selection.Unwanted.Select(u => u.Tag),
        ];
        TagChanges changes = tags.Record(recipe.Name, address, matching);

        // Said once, when the tag is new: the next poll would say the same of all of them again.
        List<SkippedTag> unusable = [.. selection.Skipped.Where(s => changes.New.Contains(s.Tag.Name))];
        foreach (SkippedTag skipped in unusable.Take(ManagerLimits.EventsOfOnePoll))
        {
            WatchEvents.TagSkipped(logger, recipe.Name, skipped.Tag.Name, skipped.Why);
        }

        if (unusable.Count > ManagerLimits.EventsOfOnePoll)
        {
            WatchEvents.TagsSkipped(logger, recipe.Name, unusable.Count - ManagerLimits.EventsOfOnePoll);
        }

        foreach (SkippedTag unwanted in selection.Unwanted.Where(u => changes.New.Contains(u.Tag.Name)))
        {
            WatchEvents.TagUnwanted(logger, recipe.Name, unwanted.Tag.Name, unwanted.Why);
        }

        foreach (MovedTag moved in changes.Moved.Where(tag => tag.Built is not null))
        {
            WatchEvents.TagMoved(logger, recipe.Name, moved.Name, moved.Built!, moved.OldId, moved.NewId);
        }

        return changes;
    }

    // True when that changed a build.
    private bool Apply(RosterEntry recipe, QueuePlan plan, IReadOnlyList<BuildRecord> known)
    {
        moves.Queue(plan.Queue);
        moves.Skip(plan.Skip);
        moves.Close(plan.Close);
        foreach (QueueEntry entry in plan.Queue.Count > ManagerLimits.EventsOfOnePoll ? [] : plan.Queue)
        {
            WatchEvents.Queued(
                logger,
                recipe.Name,
                entry.Version,
                entry.Tag.Name,
                entry.Reason.Text(),
                entry.Detail.Length > 0 ? entry.Detail : null
            );
        }

        if (plan.Skip.Count > 0)
        {
            foreach (IGrouping<string, QueueEntry> group in plan.Skip.GroupBy(e => e.Detail, StringComparer.Ordinal))
            {
                WatchEvents.PassedOver(logger, recipe.Name, group.Count(), group.Key);
            }
        }

        foreach (
            IGrouping<string, string> group in plan
                .Close.Where(_ => plan.Close.Count > ManagerLimits.EventsOfOnePoll)
                .GroupBy(c => c.Detail, c => c.Detail, StringComparer.Ordinal)
        )
        {
            WatchEvents.PassedOver(logger, recipe.Name, group.Count(), group.Key);
        }

        if (plan.Close.Count is > 0 and <= ManagerLimits.EventsOfOnePoll)
        {
            Dictionary<long, string> versions = known.ToDictionary(b => b.Id, b => b.Version);
            foreach ((long id, _, string detail) in plan.Close)
            {
                WatchEvents.Closed(logger, recipe.Name, versions.GetValueOrDefault(id, ""), detail);
            }
        }

        return plan.Queue.Count + plan.Skip.Count + plan.Close.Count > 0;
    }

    private void Say(RosterEntry recipe, RecipePoll poll, bool first, QueuePlan plan, string outcome)
    {
        if (plan.Queue.Count > ManagerLimits.EventsOfOnePoll)
        {
            if (first)
            {
                WatchEvents.ManyAtFirst(logger, recipe.Name, plan.Queue.Count);
            }
            else
            {
                WatchEvents.Many(logger, recipe.Name, plan.Queue.Count);
            }
        }

        if (poll.Trigger == "webhook" && plan.Queue.Count == 0)
        {
            WatchEvents.WebhookIdle(logger, recipe.Name, outcome);
            events.Add(EventKind.WebhookIdle, recipe.Name, null, outcome);
        }
    }
}
