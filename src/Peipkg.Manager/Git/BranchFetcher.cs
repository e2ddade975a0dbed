using System.Text;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.World;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>A commit that was fetched.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CommittedAt">When it was committed, in seconds since 1970; 0 where it does not say.</param>
internal sealed record FetchedCommit(string Id, long CommittedAt);

/// <summary>A change of a branch, and what it was merged into.</summary>
/// <param name="Commit">The change's commit.</param>
/// <param name="Onto">The commit of the branch.</param>
/// <param name="Conflicts">The paths that conflict; none: it was merged.</param>
internal sealed record MergedChange(string Commit, string Onto, IReadOnlyList<string> Conflicts);

/// <summary>Follows a branch of a repository: asks for its latest commit, and brings that commit's tree onto this machine.</summary>
/// <param name="git">Runs git, within <c>[fetch]</c>.</param>
/// <param name="layout">Where it runs.</param>
/// <param name="timeout">How long asking may take.</param>
/// <param name="limits">What the tree may take.</param>
/// <param name="clock">Measures that.</param>
internal sealed class BranchFetcher(
    GitRunner git,
    StateLayout layout,
    Func<TimeSpan> timeout,
    Func<FetchConfig> limits,
    TimeProvider clock
)
{
    /// <summary>The id of the latest commit.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="reference">The branch as a whole ref, or <c>HEAD</c>.</param>
    /// <param name="cancellation">The manager is stopping.</param>
    /// <exception cref="GitException">The repository did not answer, or has no such branch.</exception>
    public async Task<string> ListAsync(GitAddress address, string reference, CancellationToken cancellation) =>
        await FindAsync(address, reference, cancellation)
        ?? throw new GitException(
            reference == "HEAD"
                ? $"{address} has no commit yet, or no branch of its own; name one ([recipes] branch)"
                : $"{address} has no branch {reference["refs/heads/".Length..]}"
        );

    /// <summary>The id of what a ref points at; null when there is no such ref.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="reference">The whole ref, or <c>HEAD</c>.</param>
    /// <param name="cancellation">The manager is stopping.</param>
    /// <exception cref="GitException">The repository did not answer.</exception>
    public async Task<string?> FindAsync(GitAddress address, string reference, CancellationToken cancellation)
    {
        BoundedOutput output = new(ManagerLimits.TagListBytes);
        ChildLimits allowed = new(timeout(), Timeout.InfiniteTimeSpan)
        {
            Grace = TimeSpan.FromSeconds(5),
            Resources = new ResourceLimits { Memory = ManagerLimits.TagListMemory },
        };
        await git.RunAsync(
            address,
            new GitPlace(layout.Git),
            allowed,
            output,
            log: null,
            cancellation,
            "ls-remote",
            "--quiet",
            "--",
            address.Text,
            reference
        );

        // A pattern also matches the ends of longer names.
        foreach (string line in Encoding.UTF8.GetString(output.Content).Split('\n'))
        {
            if (
                line.Split('\t') is [{ Length: 40 or 64 } id, var name]
                && name == reference
                && id.All(char.IsAsciiHexDigitLower)
            )
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Makes the tree of the branch's latest commit an empty directory's content.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="reference">The branch as a whole ref, or <c>HEAD</c>.</param>
    /// <param name="listed">The commit's id, as it was listed.</param>
    /// <param name="signers">Whose signature it must have, as variables for git; null: none is needed.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="log">Takes what git says.</param>
    /// <param name="cancellation">The manager is stopping.</param>
    /// <exception cref="GitException">It cannot be fetched, is too large, or carries no signature that counts.</exception>
    public async Task<FetchedCommit> FetchAsync(
        GitAddress address,
        string reference,
        string listed,
        IReadOnlyDictionary<string, string>? signers,
        string directory,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        FetchBudget budget = new(limits(), clock);
        SourceRepository repository = new(git, address, directory, budget, log, cancellation);
        await repository.CreateAsync(listed.Length);
        await repository.FetchAsync(reference);
        (string id, string commit) = await repository.ResolveAsync();
        if (id != listed || commit != id)
        {
            throw new GitException(
                $"{address} moved its branch from {listed} to {id} in between; the next look takes it"
            );
        }

        if (signers is not null)
        {
            await repository.VerifyAsync(commit, signers);
        }

        long time = await repository.CommitTimeAsync(commit) ?? 0;
        await repository.ListAsync(commit);
        await repository.BecomeAsync(commit);
        return new FetchedCommit(commit, Math.Max(0, time));
    }

    /// <summary>Makes an empty directory's content what a branch would hold after a change was merged into it.</summary>
    /// <param name="address">The repository.</param>
    /// <param name="branch">The branch as a whole ref, or <c>HEAD</c>.</param>
    /// <param name="inForce">Its commit that is in force; its latest takes the place of one that is not there any more.</param>
    /// <param name="change">A whole ref, or the id of a commit.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="log">Takes what git says.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="GitException">It cannot be fetched, is too large, or cannot be merged.</exception>
    public async Task<MergedChange> FetchMergedAsync(
        GitAddress address,
        string branch,
        string? inForce,
        string change,
        string directory,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        const string Base = "base";
        const string Change = "change";
        string latest = await ListAsync(address, branch, cancellation);
        SourceRepository repository = new(git, address, directory, new FetchBudget(limits(), clock), log, cancellation);
        await repository.CreateAsync(latest.Length);
        bool isRef = change.StartsWith("refs/", StringComparison.Ordinal);
        if (isRef)
        {
            await repository.FetchHistoryAsync((branch, Base), (change, Change));
        }
        else
        {
            // Most servers give what a branch leads to, and nothing else.
            await repository.FetchHistoryAsync((branch, Base), ("refs/heads/*", "heads/*"));
        }

        string head =
            await repository.FindCommitAsync(isRef ? "refs/peipkg/" + Change : change)
            ?? throw new GitException($"{address} has no commit {change} on any branch");
        string onto =
            (inForce is null ? null : await repository.FindCommitAsync(inForce))
            ?? await repository.FindCommitAsync("refs/peipkg/" + Base)
            ?? throw new GitException($"{address} has no branch {branch}");
        (string? tree, IReadOnlyList<string> conflicts) = await repository.MergeAsync(onto, head);
        if (tree is not null)
        {
            await repository.ListAsync(tree);
            await repository.BecomeTreeAsync(tree);
        }

        return new MergedChange(head, onto, conflicts);
    }
}
