using System.Globalization;
using System.Text;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Git;
using Peipkg.Posix.Files;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// git push to a branch that a host such as GitHub Pages serves. One ref changes from one whole generation to the next,
/// so every moment is consistent. Files at the branch's top that are not the repository's (CNAME, index.html) stay.
/// </summary>
/// <remarks>
/// The git directory is a cache of what is there: when anything about it is wrong it is made again. Commits carry the
/// generation's own time, so the same generation gives the same commit however often it is tried.
/// </remarks>
internal sealed class GitTarget : SyncTarget
{
    private const string Local = "refs/peipkg/target";
    private const int LooseObjects = 2000;

    // What the branch no longer shows when the repository no longer has it. An index.html may be the operator's.
    private static readonly string[] Ours =
    [
        RepositoryLayout.Descriptor,
        RepositoryLayout.DescriptorSignature,
        RepositoryLayout.IndexDirectory,
        RepositoryLayout.KeyDirectory,
        RepositoryLayout.PackageDirectory,
        RepositoryLayout.SitePackage,
        RepositoryLayout.SiteDirectory,
    ];

    private static readonly (string Name, string Value)[] Settings =
    [
        ("core.bare", "false"),
        // The working tree is made of hard links, whose status changes whenever a link is added.
        ("core.trustctime", "false"),
        ("core.checkStat", "minimal"),
        ("core.logAllRefUpdates", "false"),
        // Packages are compressed; trying again on them would cost time and memory for nothing.
        ("core.compression", "1"),
        ("core.bigFileThreshold", "1m"),
        ("pack.threads", "1"),
    ];

    private readonly GitAddress _remote;

    public GitTarget(UploadConfig config)
        : base(config) =>
        _remote = GitAddress.TryParse(config.Remote, out GitAddress? remote, out string? error)
            ? remote
            : throw new ArgumentException(error, nameof(config));

    /// <inheritdoc/>
    public override string DisplayRemote => $"{_remote} {Config.Branch}";

    private string Branch => "refs/heads/" + Config.Branch;

    /// <inheritdoc/>
    public override async Task CopyAsync(SyncSource source, SyncSession session)
    {
        try
        {
            string tip = await FetchAsync(source, session);
            string? commit;
            try
            {
                commit = await CommitAsync(source, session, tip);
            }
            catch (GitException)
            {
                // All of this is local: a power cut may have left broken objects.
                TreeRemoval.Remove(GitDirectory(session));
                commit = await CommitAsync(source, session, await FetchAsync(source, session));
            }

            if (commit is not null)
            {
                session.Switching();
                await session.GitAsync(
                    _remote,
                    Place(source, session),
                    "push",
                    "--progress",
                    $"--force-with-lease={Branch}:{tip}",
                    "--",
                    _remote.Text,
                    $"{commit}:{Branch}"
                );
                await session.GitAsync(_remote, Place(source, session), "update-ref", Local, commit);
            }

            await TidyAsync(source, session);
        }
        catch (GitException exception)
        {
            throw new SyncException(exception.Message, exception);
        }
    }

    private static string GitDirectory(SyncSession session) => Path.Combine(session.Directory, "git");

    // The generation's directory is the work tree, and holds nothing of git's.
    private static GitPlace Place(SyncSource source, SyncSession session) =>
        new(source.Directory, GitDirectory(session));

    /// <summary>Brings the branch's last commit here.</summary>
    /// <returns>Its id; empty when there is no such branch.</returns>
    private async Task<string> FetchAsync(SyncSource source, SyncSession session)
    {
        string directory = GitDirectory(session);
        if (!File.Exists(Path.Combine(directory, "ready")))
        {
            TreeRemoval.Remove(directory);
            Directory.CreateDirectory(directory);
            await session.GitAsync(
                _remote,
                new GitPlace(directory),
                "init",
                "--quiet",
                "--bare",
                "--template=",
                "--",
                directory
            );
            foreach ((string name, string value) in Settings)
            {
                await session.GitAsync(_remote, new GitPlace(directory, directory), "config", name, value);
            }

            // The bytes are signed: no attribute of the branch may have them changed.
            Directory.CreateDirectory(Path.Combine(directory, "info"));
            await File.WriteAllTextAsync(
                Path.Combine(directory, "info", "attributes"),
                "* -text -filter -ident -working-tree-encoding\n",
                session.Stop
            );
            await File.WriteAllTextAsync(Path.Combine(directory, "ready"), "", session.Stop);
        }

        foreach (string left in Directory.EnumerateFiles(directory, "*.lock", SearchOption.AllDirectories))
        {
            File.Delete(left);
        }

        string listed = await session.GitAsync(
            _remote,
            Place(source, session),
            "ls-remote",
            "--quiet",
            "--",
            _remote.Text,
            Branch
        );
        if (listed.Length == 0)
        {
            return "";
        }

        await session.GitAsync(
            _remote,
            Place(source, session),
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--",
            _remote.Text,
            $"+{Branch}:{Local}"
        );
        return await session.GitAsync(_remote, Place(source, session), "rev-parse", "--verify", Local + "^{commit}");
    }

    /// <summary>Makes the commit that shows the generation.</summary>
    /// <returns>Its id; null when the branch shows the generation already.</returns>
    private async Task<string?> CommitAsync(SyncSource source, SyncSession session, string tip)
    {
        string tree = source.Directory;
        GitPlace place = Place(source, session);
        await (
            tip.Length > 0
                ? session.GitAsync(_remote, place, "read-tree", "--reset", tip)
                : session.GitAsync(_remote, place, "read-tree", "--empty")
        );
        IEnumerable<string> here = Directory
            .EnumerateFileSystemEntries(tree)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith('.'));
        IEnumerable<string> ours = here.Union(
                Config.Content == UploadContent.Packages ? [] : Ours,
                StringComparer.Ordinal
            )
            .Order(StringComparer.Ordinal);
        foreach (IGrouping<bool, string> group in ours.GroupBy(name => Path.Exists(Path.Combine(tree, name))))
        {
            await (
                group.Key
                    ? session.GitAsync(_remote, place, ["add", "--all", "--force", "--", .. group])
                    : session.GitAsync(
                        _remote,
                        place,
                        ["rm", "--quiet", "--cached", "-r", "--force", "--ignore-unmatch", "--", .. group]
                    )
            );
        }

        // Without it GitHub runs a site generator, which leaves out what it does not like the name of.
        string empty = await session.GitAsync(_remote, place, "hash-object", "-w", "--no-filters", "--", "/dev/null");
        await session.GitAsync(_remote, place, "update-index", "--add", "--cacheinfo", $"100644,{empty},.nojekyll");
        string id = await session.GitAsync(_remote, place, "write-tree");
        if (tip.Length > 0 && id == await session.GitAsync(_remote, place, "rev-parse", "--verify", tip + "^{tree}"))
        {
            return null;
        }

        string who = string.Create(
            CultureInfo.InvariantCulture,
            $"peipkg-manager <peipkg-manager@localhost> {source.GeneratedAt.UnixSeconds} +0000"
        );
        string parent = Config.Mode == UploadMode.History && tip.Length > 0 ? $"parent {tip}\n" : "";
        string commit = Path.Combine(session.Directory, "commit");
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"tree {id}\n{parent}author {who}\ncommitter {who}\n\nGeneration {source.Generation}\n"
        );
        await File.WriteAllBytesAsync(commit, Encoding.UTF8.GetBytes(text), session.Stop);
        return await session.GitAsync(
            _remote,
            place,
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--no-filters",
            "--",
            commit
        );
    }

    // What the branch no longer shows is not kept here either.
    private async Task TidyAsync(SyncSource source, SyncSession session)
    {
        string objects = Path.Combine(GitDirectory(session), "objects");
        if (
            Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories).Take(LooseObjects + 1).Count()
            > LooseObjects
        )
        {
            await session.GitAsync(_remote, Place(source, session), "repack", "-a", "-d", "-q");
            await session.GitAsync(_remote, Place(source, session), "prune", "--expire=now");
        }
    }
}
