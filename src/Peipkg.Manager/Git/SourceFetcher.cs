using LibGit2Sharp;
using Peipkg.Format.Identity;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Git;

/// <summary>
/// Brings the tree of one tag onto this machine: at depth 1, exactly the object that was listed, submodules when
/// asked, and no <c>.git</c> left anywhere.
/// </summary>
/// <remarks>
/// An explicit refspec instead of <c>git clone --branch</c>, which prefers a branch of the same name to the tag. The
/// tag is fetched under a name of our own, so no listed name ever becomes a path.
/// </remarks>
internal sealed class SourceFetcher(GitRunner git)
{
    private const string LocalRef = "refs/peipkg/source";

    private static readonly ChildLimits Local = new(TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30));
    private static readonly ChildLimits Network = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(5));

    /// <summary>Fetches into an empty directory.</summary>
    /// <returns>When the tagged commit was committed.</returns>
    /// <exception cref="GitException">It cannot be fetched, or is not what was listed.</exception>
    public async Task<Timestamp> FetchAsync(
        UpstreamUrl upstream, ListedTag tag, bool submodules, string directory, AttemptLog log, CancellationToken stop)
    {
        if (tag.ObjectId.Length != 40)
        {
            throw new GitException($"{upstream} is a SHA-256 repository, which this version cannot read") { IsUpstreamsFault = true };
        }

        await RunAsync(Local, "init", "--quiet", "--template=", "--initial-branch=none");
        await RunAsync(Local, "config", "remote.origin.url", upstream.Text);
        await RunAsync(
            Network, "fetch", "--progress", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            "--", "origin", $"+refs/tags/{tag.Name}:{LocalRef}");
        Timestamp time = Verify(directory, upstream, tag);
        await RunAsync(Local, "checkout", "--quiet", "--force", "--detach", tag.CommitId);
        if (submodules)
        {
            await RunAsync(Network, "submodule", "update", "--init", "--recursive", "--checkout", "--depth=1", "--progress");
        }

        RemoveGitDirectories(directory);
        return time;

        Task RunAsync(ChildLimits limits, params string[] arguments)
        {
            log.Heading("git " + string.Join(' ', arguments));
            return git.RunAsync(upstream, directory, limits, log, log, stop, arguments);
        }
    }

    private static Timestamp Verify(string directory, UpstreamUrl upstream, ListedTag tag)
    {
        try
        {
            using Repository repository = new(directory);
            string? fetched = repository.Refs[LocalRef]?.TargetIdentifier;
            if (fetched != tag.ObjectId)
            {
                throw new GitException(
                    $"tag {tag.Name} of {upstream} was listed as {tag.ObjectId} and fetched as {fetched ?? "nothing"}: it moved in between. The next poll looks at it again");
            }

            GitObject? target = repository.Lookup(fetched);
            while (target is TagAnnotation annotation)
            {
                target = annotation.Target;
            }

            if (target is not Commit commit)
            {
                throw new GitException($"tag {tag.Name} of {upstream} does not point at a commit") { IsUpstreamsFault = true };
            }

            if (commit.Sha != tag.CommitId)
            {
                throw new GitException(
                    $"tag {tag.Name} of {upstream} was listed with commit {tag.CommitId} and leads to {commit.Sha}") { IsUpstreamsFault = true };
            }

            return CommitTime(commit, upstream, tag);
        }
        catch (LibGit2SharpException e)
        {
            throw new GitException($"tag {tag.Name} of {upstream} cannot be read: {e.Message}", e) { IsUpstreamsFault = true };
        }
    }

    // The build's timestamp (§3.3.4): 1970 to 9999. Commits can claim anything.
    private static Timestamp CommitTime(Commit commit, UpstreamUrl upstream, ListedTag tag)
    {
        long seconds;
        try
        {
            seconds = commit.Committer.When.ToUnixTimeSeconds();
        }
        catch (ArgumentOutOfRangeException)
        {
            seconds = -1;
        }

        return seconds >= 0 && seconds <= Timestamp.MaxValue.UnixSeconds
            ? Timestamp.FromUnixSeconds(seconds)
            : throw new GitException(
                $"the commit of tag {tag.Name} of {upstream} ({commit.Sha}) has a time outside 1970 to 9999, which a package cannot carry")
            {
                IsUpstreamsFault = true,
            };
    }

    // Never through a symbolic link: the enumeration does not follow them, and a link is deleted, not its target.
    private static void RemoveGitDirectories(string root)
    {
        EnumerationOptions everything = new() { RecurseSubdirectories = false, AttributesToSkip = 0 };
        Stack<DirectoryInfo> pending = new([new DirectoryInfo(root)]);
        while (pending.TryPop(out DirectoryInfo? directory))
        {
            foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos("*", everything))
            {
                bool isDirectory = entry is DirectoryInfo && entry.LinkTarget is null;
                if (entry.Name.Equals(".git", StringComparison.Ordinal))
                {
                    if (isDirectory)
                    {
                        TreeRemoval.Remove(entry.FullName);
                    }
                    else
                    {
                        entry.Delete();
                    }
                }
                else if (isDirectory)
                {
                    pending.Push((DirectoryInfo)entry);
                }
            }
        }
    }
}
