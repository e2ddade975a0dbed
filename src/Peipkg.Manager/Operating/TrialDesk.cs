using System.Globalization;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Trials;

namespace Peipkg.Manager.Operating;

/// <summary><c>try</c>: begins trials of recipes, shows them, approves and stops them.</summary>
/// <param name="stores">The farm's memory.</param>
/// <param name="live">The running manager; null when none runs.</param>
internal sealed class TrialDesk(FarmStores stores, LiveFarm? live)
{
    private const int Shown = 30;

    /// <summary>Begins one.</summary>
    public TrialDocument Begin(OperatorRequest request, string? by)
    {
        if (live?.Trials is not { } loop)
        {
            throw new OperatorException("no manager is running, and only it has the places where builds run");
        }

        string source = request.Source ?? throw new OperatorException("no branch, commit or directory was named");
        if (!source.StartsWith('/') && stores.Config.Recipes is null)
        {
            throw new OperatorException(
                "the recipes do not come from git ([recipes] git), so only a directory can be tried: write it as ./DIR or /DIR"
            );
        }

        if (
            !source.StartsWith('/')
            && TrialTree.CommitOf(source) is null
            && !Configuration.BranchName.TryParse(source, out _, out string? error)
        )
        {
            throw new OperatorException($"{error}, or the whole id of a commit, or a directory as ./DIR or /DIR");
        }

        long id = stores.Trials.Add(
            new TrialRecord
            {
                Id = 0,
                Source = source,
                Recipes = request.Targets,
                State = TrialState.Queued,
                Operator = by,
                CreatedAt = default,
            }
        );
        loop.Wake();
        return Show(id);
    }

    /// <summary>The latest trials.</summary>
    public TrialsDocument List() => new([.. stores.Trials.Latest(Shown).Select(Document)]);

    /// <summary>One of them.</summary>
    public TrialDocument Show(long? id) => Document(Find(id));

    /// <summary>Lets a request be tried.</summary>
    public TrialDocument Approve(long? id, string? by)
    {
        TrialRecord trial = Find(id);
        if (
            !stores.Trials.Move(
                trial.Id,
                [TrialState.Waiting],
                TrialState.Queued,
                $"approved by {by ?? "an operator"}",
                by
            )
        )
        {
            throw new OperatorException(
                $"trial {trial.Id} does not wait for a word: it is {trial.State.Text()}{(trial.Detail.Length > 0 ? $", {trial.Detail}" : "")}"
            );
        }

        Note(trial, "approved", by);
        live?.Trials?.Wake();
        return Show(trial.Id);
    }

    /// <summary>Stops one, or drops a request that waits.</summary>
    public TrialDocument Cancel(long? id, string? by)
    {
        TrialRecord trial = Find(id);
        string reason = $"cancelled by {by ?? "an operator"}";
        bool cancelled = live?.Trials is { } loop
            ? loop.Cancel(trial, reason, by)
            : stores.Trials.Move(
                trial.Id,
                [TrialState.Received, TrialState.Waiting, TrialState.Queued],
                TrialState.Cancelled,
                reason,
                by
            );
        if (!cancelled)
        {
            throw new OperatorException($"trial {trial.Id} has ended: {trial.State.Text()}");
        }

        Note(trial, "cancelled", by);
        return Show(trial.Id);
    }

    private void Note(TrialRecord trial, string what, string? by) =>
        stores.Events.Add(
            EventKind.Trial,
            null,
            null,
            $"{what} trial {trial.Id}: {trial.Source}{(trial.Commit is { } commit ? $" at {commit}" : "")}",
            by
        );

    private TrialRecord Find(long? id) =>
        (id is { } number ? stores.Trials.Find(number) : null)
        ?? throw new OperatorException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"there is no trial {id}; they are kept for {TrialLoop.Kept.TotalDays} days, and \"peipkg-manager try\" lists them"
            )
        );

    private TrialDocument Document(TrialRecord trial)
    {
        string repository = Path.Combine(stores.Layout.TrialOf(trial.Id), "repo");
        return new TrialDocument
        {
            Trial = trial.Id,
            Source = trial.Source,
            Request = trial.Request,
            Commit = trial.Commit,
            Author = trial.Author,
            State = trial.State.Text(),
            Detail = trial.Detail,
            By = trial.Operator,
            CreatedAt = trial.CreatedAt.Text(),
            EndedAt = trial.EndedAt.Text(),
            Log = stores.Layout.TrialLogOf(trial.Id, 0),
            Repository = trial.IsEnded && Directory.Exists(repository) ? repository : null,
            Recipes = TrialJson.Read(trial.Report),
        };
    }
}

/// <summary><c>try</c> without a source.</summary>
/// <param name="Trials">Newest first.</param>
internal sealed record TrialsDocument(IReadOnlyList<TrialDocument> Trials);

/// <summary>A trial.</summary>
internal sealed record TrialDocument
{
    /// <summary>Its number.</summary>
    public required long Trial { get; init; }

    public required string Source { get; init; }

    /// <summary>The number of the pull request; null where an operator asked.</summary>
    public required long? Request { get; init; }

    public required string? Commit { get; init; }

    public required string? Author { get; init; }

    /// <summary>received, waiting, queued, running; passed, failed, error or cancelled when it has ended.</summary>
    public required string State { get; init; }

    public required string Detail { get; init; }

    /// <summary>Who began or approved it, where that is known.</summary>
    public required string? By { get; init; }

    public required string CreatedAt { get; init; }

    public required string? EndedAt { get; init; }

    /// <summary>The file of its own log.</summary>
    public required string Log { get; init; }

    /// <summary>Its scratch repository; null where nothing was built.</summary>
    public required string? Repository { get; init; }

    public required IReadOnlyList<TrialRecipe> Recipes { get; init; }

    /// <summary>For people: which commit of which request.</summary>
    public string Name() =>
        (Request is { } request ? string.Create(CultureInfo.InvariantCulture, $"request {request}") : Source)
        + (Commit is { } commit && commit != Source ? $" at {RecipeCheckout.Shorten(commit)}" : "");
}
