using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Format.Text;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Watching;

/// <summary>
/// Brings the recipes from <c>[recipes] git</c>: the branch's latest commit is fetched, checked as a whole, and taken over
/// in one step or not at all. What is in force stays in force until then, also over a restart.
/// </summary>
/// <param name="source">Where they come from.</param>
/// <param name="config">The configuration.</param>
/// <param name="layout">Where they are kept.</param>
/// <param name="fetcher">Fetches commits.</param>
/// <param name="roster">The current recipes.</param>
/// <param name="events">The farm's diary.</param>
/// <param name="taken">Told after other recipes are in force.</param>
/// <param name="redactor">Takes secrets out of what git says.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">For events.</param>
internal sealed class RecipePull(
    RecipesConfig source,
    ConfigHolder config,
    StateLayout layout,
    BranchFetcher fetcher,
    RosterHolder roster,
    EventStore events,
    Action taken,
    Redactor redactor,
    TimeProvider clock,
    ILogger<RecipePull> logger
)
{
    // A build that began before a takeover goes on with its recipe for as long as it may take.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);

    private readonly RecipeCheckouts _checkouts = new(layout.Recipes);
    private readonly WakeSignal _wake = new();
    private volatile RecipePullState _state = new();
    private volatile bool _due;
    private volatile bool _again;

    // The latest commit that was found good since the start: keys and the farm's edition may have changed before.
    private string? _good;

    /// <summary>How it stands.</summary>
    public RecipePullState State => _state;

    /// <summary>Looks now.</summary>
    /// <param name="again">Also at a commit that was looked at before: what it was judged by may have changed.</param>
    public void Trigger(bool again)
    {
        if (again)
        {
            _again = true;
        }

        _due = true;
        _wake.Set();
    }

    /// <summary>Before anything is built: removes what no build needs any more.</summary>
    public void Begin()
    {
        Directory.CreateDirectory(layout.Recipes);
        _checkouts.Clear(before: DateTimeOffset.MaxValue);
    }

    /// <summary>Looks at once, then as often as upstreams are polled, until stopped.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await PullAsync(cancellation);
                DateTimeOffset next = clock.GetUtcNow() + Pause();
                while (!_due && clock.GetUtcNow() < next)
                {
                    await _wake.WaitAsync(next, clock, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The manager is stopping.
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>True when the branch's latest commit is in force.</returns>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    public async Task<bool> PullAsync(CancellationToken cancellation)
    {
        _due = false;
        bool again = _again;
        _again = false;
        try
        {
            string commit = await fetcher.ListAsync(source.Git, source.Reference, cancellation);
            if (!again && commit == _state.Refused)
            {
                _state = _state with { AnsweredAt = clock.GetUtcNow(), Error = null, Failures = 0 };
                return false;
            }

            if (again || commit != _good)
            {
                await TakeAsync(commit, cancellation);
            }

            _good = commit;
            _state = new RecipePullState { AnsweredAt = clock.GetUtcNow() };
            return true;
        }
        catch (RefusedCommitException exception)
        {
            string reason = redactor.Clean(exception.Message);
            WatchEvents.RecipesRefused(logger, exception.Commit, reason);
            _state = new RecipePullState
            {
                AnsweredAt = clock.GetUtcNow(),
                Refused = exception.Commit,
                Reason = reason,
            };
            return false;
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            string error = redactor.Clean(Boundary.Describe(exception));
            WatchEvents.RecipesFailed(logger, error);
            _state = _state with { Error = error, Failures = _state.Failures + 1 };
            return false;
        }
    }

    private TimeSpan Pause()
    {
        TimeSpan usual = config.Current.DefaultInterval;
        if (_state.Failures == 0)
        {
            return usual;
        }

        TimeSpan retry = FirstRetry * Math.Pow(2, Math.Min(_state.Failures - 1, 10));
        return retry < usual ? retry : usual;
    }

    private async Task TakeAsync(string commit, CancellationToken cancellation)
    {
        RecipeCheckout? former = _checkouts.InForce;
        RecipeCheckout fetched = await FetchAsync(commit, cancellation);
        try
        {
            if (source.Signers.Count > 0 && former is not null && fetched.CommittedAt < former.CommittedAt)
            {
                throw new RefusedCommitException(
                    commit,
                    $"it is older than {former.Short}, which is in force: with [recipes] signers no server takes the farm back. Commit a revert instead"
                );
            }

            RecipeRoster recipes = Check(fetched);
            if (former != fetched)
            {
                _checkouts.Take(fetched, clock.GetUtcNow());
            }
            else if (roster.Current.Commit == commit)
            {
                return;
            }

            roster.TakeOver(recipes);
            events.Add(
                EventKind.RecipesTaken,
                null,
                null,
                $"commit {fetched.Commit}, {Counted.Text(recipes.Recipes.Count, "recipe")}"
            );
            taken();
        }
        finally
        {
            TimeSpan longest = config.Current.Limits.Builds.Time ?? TimeSpan.FromDays(1);
            _checkouts.Clear(clock.GetUtcNow() - longest - config.Current.Fetching.Time - Margin);
        }
    }

    private async Task<RecipeCheckout> FetchAsync(string commit, CancellationToken cancellation)
    {
        TreeRemoval.Remove(_checkouts.Incoming);
        Directory.CreateDirectory(_checkouts.Incoming);
        File.Delete(layout.RecipesLog);
        using AttemptLog log = new(layout.RecipesLog, clock, redactor);
        try
        {
            FetchedCommit fetched = await fetcher.FetchAsync(
                source.Git,
                source.Reference,
                commit,
                source.Signers.Count == 0
                    ? null
                    : CommitSigners.Read(source.Signers).Install(Path.Combine(layout.Git, "signers")),
                _checkouts.Incoming,
                log,
                cancellation
            );
            return _checkouts.Keep(fetched.Id, fetched.CommittedAt);
        }
        catch (GitException exception) when (exception.IsUpstreamsFault)
        {
            throw new RefusedCommitException(commit, exception.Message);
        }
        finally
        {
            TreeRemoval.Remove(_checkouts.Incoming);
        }
    }

    private RecipeRoster Check(RecipeCheckout checkout)
    {
        string directory = Path.Combine(checkout.Directory, source.Folder);
        if (!Directory.Exists(directory))
        {
            throw new RefusedCommitException(
                checkout.Commit,
                $"there is no directory {source.Folder} in it ([recipes] path)"
            );
        }

        Refuse(checkout, CheckoutRules.LinksOut(checkout, directory));
        RecipeRoster recipes = RecipeRoster.Load(
            directory,
            NullLogger.Instance,
            OwnRepository.EditionOf(config.Current),
            checkout.Commit
        );
        Refuse(checkout, CheckoutRules.Problems(checkout, recipes));
        return recipes;
    }

    private static void Refuse(RecipeCheckout checkout, IEnumerable<string> problems)
    {
        string[] all = [.. problems];
        if (all.Length > 0)
        {
            int more = all.Length - ManagerLimits.CommitProblems;
            throw new RefusedCommitException(
                checkout.Commit,
                string.Join("; ", all.Take(ManagerLimits.CommitProblems)) + (more > 0 ? $"; and {more} more" : "")
            );
        }
    }

    /// <summary>A commit is not taken over.</summary>
    private sealed class RefusedCommitException(string commit, string message) : Exception(message)
    {
        public string Commit => commit;
    }
}
