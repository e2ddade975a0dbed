using Peipkg.Format.Identity;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Upstreams;
using Peipkg.Manager.World;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>
/// Brings the tree of one tag onto this machine: at depth 1, exactly the object that was listed, submodules when
/// asked, and no <c>.git</c> left anywhere.
/// </summary>
/// <remarks>
/// An explicit refspec instead of <c>git clone --branch</c>, which prefers a branch of the same name to the tag; and
/// submodules one by one instead of <c>git submodule</c>, which obeys the upstream in where it goes and what it runs.
/// </remarks>
/// <param name="git">Runs git.</param>
/// <param name="limits">What a source may take.</param>
/// <param name="clock">Measures that.</param>
internal sealed class SourceFetcher(GitRunner git, Func<FetchConfig> limits, TimeProvider clock)
{
    /// <summary>Fetches into an empty directory.</summary>
    /// <returns>When the tagged commit was committed.</returns>
    /// <exception cref="GitException">It cannot be fetched, is not what was listed, or is more than <c>[fetch]</c> allows.</exception>
    public async Task<Timestamp> FetchAsync(
        GitAddress upstream,
        ListedTag tag,
        bool submodules,
        string directory,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        FetchBudget budget = new(limits(), clock);
        SourceRepository repository = new(git, upstream, directory, budget, log, cancellation);
        await repository.CreateAsync(tag.ObjectId.Length);
        await repository.FetchAsync("refs/tags/" + tag.Name);
        Timestamp time = await VerifyAsync(repository, upstream, tag);
        IReadOnlyList<Submodule> inner = await TakeTreeAsync(repository, tag.CommitId, submodules);
        await FetchSubmodulesAsync(upstream, inner, directory, depth: 1, budget, log, cancellation);
        return time;
    }

    private async Task FetchSubmodulesAsync(
        GitAddress parent,
        IReadOnlyList<Submodule> submodules,
        string root,
        int depth,
        FetchBudget budget,
        AttemptLog log,
        CancellationToken cancellation
    )
    {
        if (submodules.Count > 0 && depth > ManagerLimits.SubmoduleDepth)
        {
            throw UpstreamsFault(
                $"submodules lie within each other more than {ManagerLimits.SubmoduleDepth} deep, {parent} is the last that was fetched"
            );
        }

        if (!budget.TryTakeSubmodules(submodules.Count))
        {
            throw UpstreamsFault($"there are more than {ManagerLimits.Submodules} submodules");
        }

        foreach (Submodule submodule in submodules)
        {
            if (SubmoduleTable.WhyUnsafe(root, submodule.Path) is { } problem)
            {
                throw UpstreamsFault($"{parent}: {problem}");
            }

            string directory = Path.Combine(root, submodule.Path);
            log.Heading($"submodule {submodule.Path}: {submodule.CommitId} of {submodule.Url}");
            SourceRepository repository = new(git, submodule.Url, directory, budget, log, cancellation);
            await repository.CreateAsync(submodule.CommitId.Length);
            await repository.FetchCommitAsync(submodule.CommitId);
            IReadOnlyList<Submodule> inner = await TakeTreeAsync(repository, submodule.CommitId, submodules: true);
            await FetchSubmodulesAsync(submodule.Url, inner, directory, depth + 1, budget, log, cancellation);
        }
    }

    // Where its submodules are is known, and found to be permitted, before a single file is written.
    private static async Task<IReadOnlyList<Submodule>> TakeTreeAsync(
        SourceRepository repository,
        string commit,
        bool submodules
    )
    {
        TreeListing tree = await repository.ListAsync(commit);
        IReadOnlyList<Submodule> inner = submodules ? await repository.SubmodulesAsync(tree) : [];
        await repository.BecomeAsync(commit);
        return inner;
    }

    private static async Task<Timestamp> VerifyAsync(SourceRepository repository, GitAddress upstream, ListedTag tag)
    {
        (string fetched, string peeled) = await repository.ResolveAsync();
        if (fetched != tag.ObjectId)
        {
            throw new GitException(
                $"tag {tag.Name} of {upstream} was listed as {tag.ObjectId} and fetched as {fetched}: it moved in between. The next poll looks at it again"
            );
        }

        if (!await repository.IsCommitAsync(peeled))
        {
            throw UpstreamsFault($"tag {tag.Name} of {upstream} does not point at a commit");
        }

        if (peeled != tag.CommitId)
        {
            throw UpstreamsFault(
                $"tag {tag.Name} of {upstream} was listed with commit {tag.CommitId} and leads to {peeled}"
            );
        }

        // The build's timestamp (§3.3.4): 1970 to 9999. Commits can claim anything.
        long? seconds = await repository.CommitTimeAsync(peeled);
        return seconds is { } time && time >= 0 && time <= Timestamp.MaxValue.UnixSeconds
            ? Timestamp.FromUnixSeconds(time)
            : throw UpstreamsFault(
                $"the commit of tag {tag.Name} of {upstream} ({peeled}) has a time outside 1970 to 9999, which a package cannot carry"
            );
    }

    private static GitException UpstreamsFault(string message) => new(message) { IsUpstreamsFault = true };
}
