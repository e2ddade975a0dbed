using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes;

namespace Peipkg.Manager.Trials;

/// <summary>The recipes of a trial cannot be tried; the message says what to do.</summary>
internal sealed class TrialException(string message) : Exception(message);

/// <summary>Brings the recipes of a trial here, a copy or a merge, and finds out which of them it changes.</summary>
/// <param name="layout">Where trials are.</param>
/// <param name="config">The configuration.</param>
/// <param name="fetcher">Fetches commits.</param>
/// <param name="roster">The recipes in force.</param>
internal sealed class TrialTree(StateLayout layout, ConfigHolder config, BranchFetcher fetcher, RosterHolder roster)
{
    private const string Same = "same";

    /// <summary>Brings them, checks them as a whole, and compares them with those in force.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="resolved">Told which commit it is.</param>
    /// <param name="log">The trial's own log.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>What is to be built, and how each differs; a recipe that is gone has no entry.</returns>
    /// <exception cref="TrialException">The recipes are at fault.</exception>
    /// <exception cref="GitException">The commit cannot be had.</exception>
    public async Task<IReadOnlyList<(string Name, string Change, RosterEntry? Recipe)>> BringAsync(
        TrialRecord trial,
        Action<string> resolved,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        string tree = Path.Combine(layout.TrialOf(trial.Id), "tree");
        TreeRemoval.Remove(tree);
        Directory.CreateDirectory(tree);
        string? commit = null;
        if (trial.Source.StartsWith('/'))
        {
            Copy(trial.Source, tree, cancellation);
        }
        else
        {
            commit = await MergeAsync(trial, tree, resolved, log, cancellation);
        }

        string folder = commit is null ? "" : config.Current.Recipes?.Folder ?? "";
        string directory = Path.Combine(tree, folder);
        RecipeCheckout checkout = new(commit ?? trial.Source, 0, tree);
        if (!Directory.Exists(directory))
        {
            throw new TrialException($"there is no directory {folder} in it ([recipes] path)");
        }

        Refuse(CheckoutRules.LinksOut(checkout, directory));
        RecipeRoster recipes = RecipeRoster.Load(
            directory,
            NullLogger.Instance,
            OwnRepository.EditionOf(config.Current),
            commit
        );
        Refuse(CheckoutRules.Problems(checkout, recipes));
        string[] unknown = [.. trial.Recipes.Where(name => recipes.Find(name) is null)];
        if (unknown.Length > 0)
        {
            throw new TrialException($"there is no recipe {string.Join(", ", unknown)} in it");
        }

        RecipeRoster inForce = roster.Current;
        List<(string, string, RosterEntry?)> found =
        [
            .. recipes
                .Recipes.Select(recipe =>
                    (recipe.Name, Change: ChangeOf(recipe, inForce), Recipe: (RosterEntry?)recipe)
                )
                .Where(r => trial.Recipes.Count > 0 ? trial.Recipes.Contains(r.Name) : r.Change != Same),
        ];
        if (trial.Recipes.Count == 0 && commit is not null)
        {
            found.AddRange(
                inForce
                    .Recipes.Where(recipe => !recipes.Knows(recipe.Name))
                    .Select(r => (r.Name, "removed", (RosterEntry?)null))
            );
        }

        return found;
    }

    private static string ChangeOf(RosterEntry recipe, RecipeRoster inForce) =>
        inForce.Find(recipe.Name) is not { } former ? "new"
        : recipe.Digest() is { } digest && digest == former.Digest() ? Same
        : "changed";

    private async Task<string> MergeAsync(
        TrialRecord trial,
        string tree,
        Action<string> resolved,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        RecipesConfig source =
            config.Current.Recipes
            ?? throw new TrialException(
                "the recipes do not come from git ([recipes] git), so only a directory can be tried: write it as ./DIR or /DIR"
            );
        string change =
            trial.Request is not null || CommitOf(trial.Source) is not null
                ? trial.Source
                : "refs/heads/" + trial.Source;
        MergedChange merged = await fetcher.FetchMergedAsync(
            source.Git,
            source.Reference,
            roster.Current.Commit,
            change,
            tree,
            log,
            cancellation
        );
        if (trial.Request is not null && trial.Commit != merged.Commit)
        {
            throw new TrialException($"another commit, {RecipeCheckout.Shorten(merged.Commit)}, was pushed meanwhile");
        }

        resolved(merged.Commit);
        log.Heading($"commit {merged.Commit} merged into {merged.Onto}");
        return merged.Conflicts.Count == 0
            ? merged.Commit
            : throw new TrialException(
                $"it conflicts with commit {RecipeCheckout.Shorten(merged.Onto)}, which is in force, in {string.Join(", ", merged.Conflicts.Take(ManagerLimits.CommitProblems))}; rebase it"
            );
    }

    /// <summary>A whole id of a commit; null where a source is something else.</summary>
    public static string? CommitOf(string source) =>
        source.Length is 40 or 64 && source.All(char.IsAsciiHexDigitLower) ? source : null;

    // One recipe, or a directory of them; as copies, so that nobody changes them meanwhile.
    private static void Copy(string from, string to, CancellationToken cancellation)
    {
        string[] recipes;
        try
        {
            recipes = File.Exists(Path.Combine(from, Recipe.FileName))
                ? [from]
                :
                [
                    .. Directory
                        .EnumerateDirectories(from)
                        .Where(directory => File.Exists(Path.Combine(directory, Recipe.FileName))),
                ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TrialException($"the manager cannot read {from}: {exception.Message}");
        }

        foreach (string recipe in recipes)
        {
            string copy = Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(recipe))).FullName;
            try
            {
                TreeCopy.Run(recipe, copy, new TreeCopyOptions(), cancellation);
            }
            catch (IOException exception)
            {
                throw new TrialException($"the manager cannot read {recipe}: {exception.Message}");
            }

            TreeRemoval.Remove(Path.Combine(copy, ".git"));
        }
    }

    private static void Refuse(IEnumerable<string> problems)
    {
        string[] all = [.. problems];
        if (all.Length > 0)
        {
            int more = all.Length - ManagerLimits.CommitProblems;
            throw new TrialException(
                string.Join("; ", all.Take(ManagerLimits.CommitProblems)) + (more > 0 ? $"; and {more} more" : "")
            );
        }
    }
}
