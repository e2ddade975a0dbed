using System.Globalization;
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

    // Without it GitHub runs a site generator, which leaves out what it does not like the name of.
    private static readonly Dictionary<string, byte[]> Extra = new() { [".nojekyll"] = [] };

    private static readonly (string Name, string Value)[] Settings =
    [
        ("core.bare", "false"),
        // The working tree is made of hard links, whose status changes whenever a link is added.
        ("core.trustctime", "false"),
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
            bool exists = await IsThereAsync(session);
            (string Tip, string? Commit) made;
            try
            {
                made = await MakeAsync(source, session, exists);
            }
            catch (GitException)
            {
                // The remote has just answered, so what is here may be at fault: a power cut leaves broken objects.
                TreeRemoval.Remove(GitDirectory(session));
                made = await MakeAsync(source, session, exists);
            }

            if (made.Commit is { } commit)
            {
                session.Switching();
                await session.GitAsync(
                    _remote,
                    Place(source, session),
                    "push",
                    "--progress",
                    $"--force-with-lease={Branch}:{made.Tip}",
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

    private async Task PrepareAsync(SyncSession session)
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
    }

    private async Task<bool> IsThereAsync(SyncSession session) =>
        await session.GitAsync(
            _remote,
            new GitPlace(session.Directory),
            "ls-remote",
            "--quiet",
            "--",
            _remote.Text,
            Branch
        )
            is { Length: > 0 };

    /// <summary>Makes the commit after the branch's last one.</summary>
    /// <returns>The last one's id, empty for none, and the new one's; null when the branch shows the generation already.</returns>
    private async Task<(string Tip, string? Commit)> MakeAsync(SyncSource source, SyncSession session, bool exists)
    {
        await PrepareAsync(session);
        string tip = exists ? await FetchAsync(source, session) : "";
        return (tip, await CommitAsync(source, session, tip));
    }

    /// <summary>Brings the branch's last commit here.</summary>
    /// <returns>Its id.</returns>
    private async Task<string> FetchAsync(SyncSource source, SyncSession session)
    {
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
    private Task<string?> CommitAsync(SyncSource source, SyncSession session, string tip)
    {
        IEnumerable<string> here = Directory
            .EnumerateFileSystemEntries(source.Directory)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith('.'));
        string[] ours =
        [
            .. here.Union(Config.Content == UploadContent.Packages ? [] : Ours, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

        // Its thread is left alone when the manager stops at once: what it may leave half done is made again.
        return Task.Run(
                () =>
                    BranchCommit.Make(
                        GitDirectory(session),
                        source.Directory,
                        tip,
                        ours,
                        Extra,
                        string.Create(CultureInfo.InvariantCulture, $"Generation {source.Generation}\n"),
                        DateTimeOffset.FromUnixTimeSeconds(source.GeneratedAt.UnixSeconds),
                        continues: Config.Mode == UploadMode.History
                    ),
                session.Stop
            )
            .WaitAsync(session.Stop);
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
