using LibGit2Sharp;

namespace Peipkg.Manager.Git;

/// <summary>
/// Makes commits in a repository of the manager's own, in this process and by libgit2. Nothing of a stranger's is read:
/// those repositories are left to git, in a child process with limits (docs/architecture.md).
/// </summary>
internal static class BranchCommit
{
    private const string Author = "peipkg-manager";

    // Only the repository's own settings count, and it may belong to another user when root runs the manager.
    static BranchCommit()
    {
        foreach (
            ConfigurationLevel level in (ConfigurationLevel[])
                [ConfigurationLevel.Global, ConfigurationLevel.Xdg, ConfigurationLevel.System]
        )
        {
            GlobalSettings.SetConfigSearchPaths(level, "/nonexistent");
        }

        GlobalSettings.SetOwnerValidation(false);
    }

    /// <summary>Makes a commit that shows a directory. No branch is moved.</summary>
    /// <param name="repository">The git directory. Its index remembers which files have not changed since the last time.</param>
    /// <param name="directory">What the commit shows.</param>
    /// <param name="tip">The commit whose other files stay; empty for none.</param>
    /// <param name="names">
    /// Names at the top of <paramref name="directory"/> that the commit shows as they are there; one that is not there goes.
    /// </param>
    /// <param name="content">Files at the top that the commit has besides, by name.</param>
    /// <param name="message">Its message, with the line break at its end.</param>
    /// <param name="at">When: the same arguments give the same commit.</param>
    /// <param name="continues">Whether <paramref name="tip"/> becomes its parent.</param>
    /// <returns>Its id; null when <paramref name="tip"/> shows the same already.</returns>
    /// <exception cref="GitException">The repository is damaged, or the disk is full.</exception>
    public static string? Make(
        string repository,
        string directory,
        string tip,
        IEnumerable<string> names,
        IReadOnlyDictionary<string, byte[]> content,
        string message,
        DateTimeOffset at,
        bool continues
    )
    {
        try
        {
            using Repository git = new(repository, new RepositoryOptions { WorkingDirectoryPath = directory });
            Commit? last = tip.Length > 0 ? Find(git, tip) : null;
            if (last is null)
            {
                git.Index.Clear();
            }
            else
            {
                git.Index.Replace(last);
            }

            LibGit2Sharp.Commands.Stage(
                git,
                names,
                new StageOptions
                {
                    IncludeIgnored = true,
                    ExplicitPathsOptions = new ExplicitPathsOptions { ShouldFailOnUnmatchedPath = false },
                }
            );
            foreach ((string name, byte[] bytes) in content)
            {
                using MemoryStream stream = new(bytes);
                git.Index.Add(git.ObjectDatabase.CreateBlob(stream), name, Mode.NonExecutableFile);
            }

            git.Index.Write();
            Tree tree = git.Index.WriteToTree();
            if (tree.Sha == last?.Tree.Sha)
            {
                return null;
            }

            Signature who = new(Author, $"{Author}@localhost", at);
            Commit[] parents = continues && last is not null ? [last] : [];
            return git.ObjectDatabase.CreateCommit(who, who, message, tree, parents, prettifyMessage: false).Sha;
        }
        catch (Exception exception)
            when (exception is LibGit2SharpException or IOException or UnauthorizedAccessException)
        {
            throw new GitException($"no commit can be made in {repository}: {exception.Message}", exception);
        }
    }

    private static Commit Find(Repository git, string id) =>
        git.Lookup<Commit>(id) ?? throw new NotFoundException($"there is no commit {id}");
}
