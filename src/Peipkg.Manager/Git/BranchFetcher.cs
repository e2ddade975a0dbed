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
    public async Task<string> ListAsync(GitAddress address, string reference, CancellationToken cancellation)
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

        throw new GitException(
            reference == "HEAD"
                ? $"{address} has no commit yet, or no branch of its own; name one ([recipes] branch)"
                : $"{address} has no branch {reference["refs/heads/".Length..]}"
        );
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
}
