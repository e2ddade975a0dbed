using System.Globalization;
using Peipkg.Manager.Processes;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>
/// A repository made for one fetch in a directory that then holds the tree. Whatever git does in it without talking to
/// the upstream runs with no configuration but ours and no transport at all.
/// </summary>
/// <param name="git">Runs git.</param>
/// <param name="upstream">Where the objects come from.</param>
/// <param name="directory">An empty directory.</param>
/// <param name="budget">What it all may take.</param>
/// <param name="log">The attempt's log.</param>
/// <param name="cancellation">The manager is stopping.</param>
internal sealed class SourceRepository(
    GitRunner git,
    GitAddress upstream,
    string directory,
    FetchBudget budget,
    AttemptLog log,
    CancellationToken cancellation
)
{
    private const string LocalRef = "refs/peipkg/source";
    private const int MaxWords = 64 << 10;

    // Above every attribute of the tree: files are the bytes that were committed.
    private const string Attributes = "* -text -filter -ident -working-tree-encoding\n";

    private const string NoDepth = "does not support shallow";

    private static readonly string[] Fetch =
    [
        "fetch",
        "--progress",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
    ];

    private static readonly string[] UnnamedCommitRefused =
    [
        "not our ref",
        "unadvertised object",
        "does not allow request",
    ];

    /// <summary>Makes the repository.</summary>
    /// <param name="idLength">Digits of an object's id: 40 for SHA-1, 64 for SHA-256.</param>
    public async Task CreateAsync(int idLength)
    {
        string format = idLength == 64 ? "sha256" : "sha1";
        await RunAsync(
            local: true,
            log,
            "init",
            "--quiet",
            "--template=",
            "--initial-branch=none",
            "--object-format=" + format
        );
        string information = Directory.CreateDirectory(Path.Combine(directory, ".git", "info")).FullName;
        await File.WriteAllTextAsync(Path.Combine(information, "attributes"), Attributes, cancellation);
    }

    /// <summary>Fetches a ref or a commit under a name of our own, so that no listed name ever becomes a path.</summary>
    /// <remarks>A server that knows no depth, such as one that serves plain files, gives the ref with its history.</remarks>
    public async Task FetchAsync(string source)
    {
        string[] reference = ["--", upstream.Text, $"+{source}:{LocalRef}"];
        try
        {
            await RunAsync(local: false, log, [.. Fetch, "--depth=1", .. reference]);
        }
        catch (GitException exception) when (exception.Message.Contains(NoDepth, StringComparison.Ordinal))
        {
            await RunAsync(local: false, log, [.. Fetch, .. reference]);
        }
    }

    /// <summary>Fetches a commit that no ref may name; where the server insists on refs, all branches and tags with it.</summary>
    public async Task FetchCommitAsync(string id)
    {
        try
        {
            await FetchAsync(id);
        }
        catch (GitException exception)
            when (UnnamedCommitRefused.Any(words => exception.Message.Contains(words, StringComparison.Ordinal)))
        {
            await RunAsync(
                local: false,
                log,
                [.. Fetch, "--", upstream.Text, "+refs/heads/*:refs/peipkg/heads/*", "+refs/tags/*:refs/peipkg/tags/*"]
            );
        }
    }

    /// <summary>Fetches refs with their whole history, each under a name of our own.</summary>
    /// <param name="references">What the server calls each, and what it is called here.</param>
    public Task FetchHistoryAsync(params IEnumerable<(string Source, string Name)> references) =>
        RunAsync(
            local: false,
            log,
            [.. Fetch, "--", upstream.Text, .. references.Select(r => $"+{r.Source}:refs/peipkg/{r.Name}")]
        );

    /// <summary>The commit that a name of our own, or an id, leads to; null where there is none.</summary>
    public async Task<string?> FindCommitAsync(string name)
    {
        try
        {
            return (await ReadAsync("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}")).Trim();
        }
        catch (GitException exception) when (exception.Code != 0)
        {
            return null;
        }
    }

    /// <summary>Merges two commits without a work tree.</summary>
    /// <returns>The tree; or the paths that conflict.</returns>
    public async Task<(string? Tree, IReadOnlyList<string> Conflicts)> MergeAsync(string one, string other)
    {
        const int Conflicting = 1;
        HeadOutput output = new(MaxWords);
        bool clean = true;
        try
        {
            await RunAsync(
                local: true,
                output,
                "merge-tree",
                "--write-tree",
                "--no-messages",
                "--name-only",
                one,
                other
            );
        }
        catch (GitException exception) when (exception.Code == Conflicting)
        {
            clean = false;
        }

        string[] lines = output.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return clean ? (lines[0], []) : (null, [.. lines.Skip(1)]);
    }

    /// <summary>Makes a tree that no commit names the directory's content, and the repository disappear.</summary>
    public async Task BecomeTreeAsync(string tree)
    {
        await RunAsync(local: true, log, "read-tree", "--reset", "-u", "--no-recurse-submodules", tree);
        TreeRemoval.Remove(Path.Combine(directory, ".git"));
    }

    /// <summary>What was fetched, and what it leads to through any number of tag objects.</summary>
    public async Task<(string ObjectId, string Peeled)> ResolveAsync()
    {
        string[] ids = (await ReadAsync("rev-parse", LocalRef, LocalRef + "^{}")).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        return ids is [string id, string peeled]
            ? (id, peeled)
            : throw new GitException($"git does not say what was fetched from {upstream}");
    }

    /// <summary>Whether an object is a commit.</summary>
    public async Task<bool> IsCommitAsync(string id) => await ReadAsync("cat-file", "-t", id) is "commit\n";

    /// <summary>When a commit was committed, in seconds since 1970; null when it does not say so.</summary>
    public async Task<long?> CommitTimeAsync(string commit)
    {
        const string Label = "committer ";
        string? line = (await ReadAsync("cat-file", "commit", commit))
            .Split('\n')
            .TakeWhile(l => l.Length > 0)
            .FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
        string[] words = line?.Split(' ') ?? [];
        return
            words.Length > 2
            && long.TryParse(words[^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            ? seconds
            : null;
    }

    /// <summary>Has git verify a commit's signature.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="signers">Says whose signatures count; see <see cref="CommitSigners.Install"/>.</param>
    /// <exception cref="GitException">It has none that counts.</exception>
    public async Task VerifyAsync(string commit, IReadOnlyDictionary<string, string> signers)
    {
        bool isSigned = (await ReadAsync("cat-file", "commit", commit))
            .Split('\n')
            .TakeWhile(line => line.Length > 0)
            .Any(line => line.StartsWith("gpgsig", StringComparison.Ordinal));
        if (!isSigned)
        {
            throw new GitException("it is not signed") { IsUpstreamsFault = true };
        }

        try
        {
            await RunAsync(local: true, log, signers, "verify-commit", commit);
        }
        catch (GitException exception) when (exception.End == ChildEnd.Exited)
        {
            throw new GitException($"it is signed by none of [recipes] signers ({exception.Message})", exception)
            {
                IsUpstreamsFault = true,
            };
        }
    }

    /// <summary>Looks through a commit's whole tree.</summary>
    /// <exception cref="GitException">It is larger than it may be.</exception>
    public async Task<TreeListing> ListAsync(string commit)
    {
        TreeListing tree = new(budget);
        try
        {
            await RunAsync(local: true, tree, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit);
        }
        catch (GitException) when (tree.Problem is not null)
        {
            throw new GitException($"{upstream} at {commit}: {tree.Problem}") { IsUpstreamsFault = true };
        }

        return tree;
    }

    /// <summary>The submodules of a tree.</summary>
    /// <exception cref="GitException">Some may not be fetched.</exception>
    public async Task<IReadOnlyList<Submodule>> SubmodulesAsync(TreeListing tree)
    {
        if (tree.Links.Count == 0)
        {
            return [];
        }

        BoundedOutput entries = new(ManagerLimits.GitModulesBytes);
        if (tree.GitModules is { } file)
        {
            await RunAsync(local: true, entries, "config", "--list", "-z", "--no-includes", "--blob=" + file);
        }

        return SubmoduleTable.Read(entries.Content, tree.Links, upstream);
    }

    /// <summary>Makes the tree of a commit the directory's content, and the repository disappear.</summary>
    public async Task BecomeAsync(string commit)
    {
        await RunAsync(
            local: true,
            log,
            "checkout",
            "--quiet",
            "--force",
            "--detach",
            "--no-recurse-submodules",
            commit
        );
        TreeRemoval.Remove(Path.Combine(directory, ".git"));
    }

    private async Task<string> ReadAsync(params string[] arguments)
    {
        HeadOutput output = new(MaxWords);
        await RunAsync(local: true, output, arguments);
        return output.Text();
    }

    private Task RunAsync(bool local, IChildOutput output, params string[] arguments) =>
        RunAsync(local, output, variables: null, arguments);

    private async Task RunAsync(
        bool local,
        IChildOutput output,
        IReadOnlyDictionary<string, string>? variables,
        params string[] arguments
    )
    {
        log.Heading("git " + string.Join(' ', arguments));
        GitPlace place = new(directory, Path.Combine(directory, ".git"));
        try
        {
            await git.RunAsync(
                local ? null : upstream,
                variables is null ? place : place with { Variables = variables },
                budget.For(directory),
                output,
                log,
                cancellation,
                arguments
            );
        }
        catch (GitException exception) when (budget.Remedy(exception.End) is { } remedy)
        {
            throw new GitException($"{exception.Message} ({remedy})", exception)
            {
                End = exception.End,
                Code = exception.Code,
                IsUpstreamsFault = exception.End is ChildEnd.TooMuchDisk or ChildEnd.TooMuchMemory,
            };
        }
    }
}
