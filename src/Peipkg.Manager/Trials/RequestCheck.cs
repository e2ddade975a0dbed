using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Trials;

/// <summary>A pull request, as a forge's delivery tells of it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Commit">The id of its latest commit.</param>
/// <param name="Branch">The branch that it is made from.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Sender">Whose act was delivered.</param>
internal sealed record PullRequest(long Number, string Commit, string? Branch, string? Author, string? Sender);

/// <summary>
/// Decides which requests are tried at once and which wait for an operator's word. What a delivery says is only a reason
/// to look: which commit a request has, and whether it is the tip of a branch of the recipes' repository itself, git says.
/// </summary>
/// <param name="config">The configuration.</param>
/// <param name="fetcher">Asks the recipes' repository.</param>
/// <param name="store">The trials.</param>
/// <param name="cancel">Stops a trial that counts no more.</param>
/// <param name="logger">For events.</param>
internal sealed class RequestCheck(
    ConfigHolder config,
    BranchFetcher fetcher,
    TrialStore store,
    Func<TrialRecord, string, bool> cancel,
    ILogger<RequestCheck> logger
)
{
    // Strangers can make any number of requests; an operator looks at some.
    private const int MostWaiting = 100;
    private const int MostLooks = 10;

    private readonly ConcurrentDictionary<long, int> _looks = new();

    /// <summary>A forge told of a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>What comes of that, for the forge's own log.</returns>
    public string Receive(PullRequest request)
    {
        if (config.Current.Forge is not { } forge)
        {
            return "requests are not tried here ([forge])";
        }

        IReadOnlyList<TrialRecord> former = store.OfRequest(request.Number);
        if (former is [.., var last] && last.Commit == request.Commit && last.State != TrialState.Cancelled)
        {
            return $"request {request.Number} has trial {last.Id} for this commit already";
        }

        if (store.Open().Count(trial => trial.Request is not null) >= MostWaiting)
        {
            return $"{MostWaiting} requests wait already; deliver it again when some are done";
        }

        long id = store.Add(
            new TrialRecord
            {
                Id = 0,
                Source = forge.ReferenceOf(request.Number),
                Request = request.Number,
                Commit = request.Commit,
                Branch = request.Branch,
                Author = request.Author,
                Sender = request.Sender,
                State = TrialState.Received,
                CreatedAt = default,
            }
        );
        TrialEvents.Received(logger, request.Number, request.Commit, request.Author, request.Sender);
        return $"request {request.Number} is trial {id}";
    }

    /// <summary>A forge told that a request is closed.</summary>
    public string Close(long number)
    {
        foreach (TrialRecord trial in store.OfRequest(number).Where(trial => !trial.IsEnded))
        {
            cancel(trial, "the request was closed");
        }

        return $"request {number} is closed";
    }

    /// <summary>Looks at a request that was received.</summary>
    public async Task JudgeAsync(TrialRecord trial, CancellationToken cancellation)
    {
        if (config.Current is not { Recipes: { } recipes, Forge: { } forge })
        {
            Decide(trial, TrialState.Cancelled, "requests are not tried any more ([forge])");
            return;
        }

        try
        {
            string? commit = await fetcher.FindAsync(recipes.Git, trial.Source, cancellation);
            if (commit != trial.Commit)
            {
                Decide(trial, TrialState.Cancelled, "the request has another commit by now");
                return;
            }

            // Only a commit that is there takes the place of another: an old delivery that comes again takes none.
            foreach (
                TrialRecord former in store.OfRequest(trial.Request!.Value).Where(t => t.Id < trial.Id && !t.IsEnded)
            )
            {
                cancel(former, "another commit was pushed");
            }

            string? why = await WhyTrustedAsync(trial, recipes, forge, cancellation);
            Decide(
                trial,
                why is null ? TrialState.Waiting : TrialState.Queued,
                why ?? $"an operator must approve it: peipkg-manager try --approve {trial.Id}"
            );
        }
        catch (UpstreamException exception)
        {
            if (_looks.AddOrUpdate(trial.Id, 1, (_, looks) => looks + 1) >= MostLooks)
            {
                Decide(trial, TrialState.Error, $"the recipes' repository did not answer: {exception.Message}");
            }
        }
    }

    // Whoever pushed a branch of the repository itself may change the recipes anyway.
    private async Task<string?> WhyTrustedAsync(
        TrialRecord trial,
        RecipesConfig recipes,
        ForgeConfig forge,
        CancellationToken cancellation
    )
    {
        if (
            trial is { Author: { } author, Sender: { } sender }
            && forge.Trusted.Contains(author, StringComparer.Ordinal)
            && forge.Trusted.Contains(sender, StringComparer.Ordinal)
        )
        {
            return $"{author} is trusted";
        }

        return
            BranchName.TryParse(trial.Branch, out string branch, out _)
            && await fetcher.FindAsync(recipes.Git, "refs/heads/" + branch, cancellation) == trial.Commit
            ? $"its commit is on the branch {branch} of the recipes' repository"
            : null;
    }

    private void Decide(TrialRecord trial, TrialState state, string detail)
    {
        _looks.TryRemove(trial.Id, out _);
        if (store.Move(trial.Id, [TrialState.Received], state, detail))
        {
            TrialEvents.Judged(logger, trial.Id, trial.Request, state.Text(), detail);
        }
    }
}
