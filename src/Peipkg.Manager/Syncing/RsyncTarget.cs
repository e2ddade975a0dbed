using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// rsync to a directory, <c>host:path</c>, <c>user@host:path</c> or <c>rsync://host/module</c>, and nothing but rsync on
/// the other side. Each file appears under its name only when it is whole.
/// </summary>
/// <remarks>
/// In place, the documents of a step appear together at its end, one rename after another. By switching, each
/// generation gets a directory of its own beside the packages that all share, and the link <c>current</c>, which the
/// web server's root is, is replaced in one step: rsync (since 3.1) renames a new link over the old one.
/// </remarks>
internal sealed class RsyncTarget(UploadConfig config) : SyncTarget(config)
{
    // What must fit together; all else is packages and keys, which only grow, and pages for people.
    private static readonly string[] Documents =
    [
        RepositoryLayout.IndexDirectory,
        RepositoryLayout.Descriptor,
        RepositoryLayout.DescriptorSignature,
    ];

    // How many generations stay beside the current one, for readers in the middle of it.
    private const int Kept = 2;

    // Readable for a web server whatever the manager's umask; owners and groups stay behind (user documentation, VPS).
    private static readonly string[] Common =
    [
        "--recursive",
        "--times",
        "--verbose",
        "--timeout=300",
        "--chmod=Du=rwx,Dgo=rx,Fu=rw,Fgo=r",
    ];

    // A compressed copy that the repository does not keep any longer would be sent in place of each newer document.
    private static readonly string[] WithoutOldCopies =
    [
        "--delete",
        .. RepositoryLayout.CopySuffixes.SelectMany(suffix =>
            new[]
            {
                $"--filter=R /{RepositoryLayout.IndexDirectory}/*{suffix}",
                $"--filter=R /{RepositoryLayout.SiteDirectory}/**{suffix}",
                $"--filter=R /{RepositoryLayout.SiteFront}{suffix}",
                $"--filter=R /{RepositoryLayout.SitePackage}{suffix}",
            }
        ),
        "--filter=P **",
    ];

    /// <inheritdoc/>
    public override string DisplayRemote => Config.Remote;

    // Creating a missing parent is an option of the receiving side, and other hosts may have an old rsync.
    private string[] Start => Config.Remote.StartsWith('/') ? [.. Common, "--mkpath"] : Common;

    private string Destination => Config.Remote.TrimEnd('/') + "/";

    /// <inheritdoc/>
    public override async Task CopyAsync(SyncSource source, SyncSession session)
    {
        // What a signature does not cover goes by size and time.
        string[] first =
            Config.Mode == UploadMode.Switch
                ?
                [
                    $"--include=/{RepositoryLayout.PackageDirectory}/",
                    $"--include=/{RepositoryLayout.PackageDirectory}/**",
                    "--exclude=*",
                ]
                : [.. Documents.Select(name => "--exclude=/" + name), .. WithoutOldCopies];
        await session.RunAsync(
            "rsync",
            [.. Start, "--exclude=.*", .. first, "--", source.Directory + "/", Destination]
        );
        if (Config.Content == UploadContent.Packages)
        {
            return;
        }

        if (Config.Mode == UploadMode.Switch)
        {
            await SwitchAsync(source, session);
        }
        else
        {
            await ReplaceAsync(source, session);
        }
    }

    private async Task ReplaceAsync(SyncSource source, SyncSession session)
    {
        string[] indexes =
        [
            .. WithoutOldCopies,
            $"--include=/{RepositoryLayout.IndexDirectory}/",
            $"--include=/{RepositoryLayout.IndexDirectory}/**",
        ];
        string[] descriptor =
        [
            $"--include=/{RepositoryLayout.Descriptor}",
            $"--include=/{RepositoryLayout.DescriptorSignature}",
        ];
        session.Switching();
        foreach (
            string[] step in source.DescriptorFirst(session.SignerOutThere)
                ? (string[][])[descriptor, indexes]
                : [indexes, descriptor]
        )
        {
            // By content: indexes of equal length a second apart would not be told apart otherwise.
            await session.RunAsync(
                "rsync",
                [
                    .. Common,
                    "--checksum",
                    "--delay-updates",
                    .. step,
                    "--exclude=*",
                    "--",
                    source.Directory + "/",
                    Destination,
                ],
                documents: true
            );
        }
    }

    private async Task SwitchAsync(SyncSource source, SyncSession session)
    {
        string stage = Path.Combine(session.Directory, "switch");
        TreeRemoval.Remove(stage);
        string generation = Directory.CreateDirectory(Path.Combine(stage, "whole", "generations", source.Id)).FullName;
        string links = Directory.CreateDirectory(Path.Combine(stage, "links", "generations", source.Id)).FullName;
        foreach (string path in Directory.EnumerateFileSystemEntries(source.Directory))
        {
            string name = Path.GetFileName(path);
            if (name == RepositoryLayout.PackageDirectory)
            {
                File.CreateSymbolicLink(Path.Combine(links, name), "../../" + name);
            }
            else if (!name.StartsWith('.'))
            {
                File.CreateSymbolicLink(Path.Combine(generation, name), path);
            }
        }

        // The first pass follows the links, which lead to our own files; the second sends those that are meant for there.
        string[] options = [.. Common, "--omit-dir-times"];
        await session.RunAsync(
            "rsync",
            [.. options, "--copy-links", "--checksum", "--exclude=.*", "--", stage + "/whole/", Destination]
        );
        await session.RunAsync("rsync", [.. options, "--links", "--", stage + "/links/", Destination]);

        string current = Directory.CreateDirectory(Path.Combine(stage, "current")).FullName;
        File.CreateSymbolicLink(Path.Combine(current, "current"), "generations/" + source.Id);
        session.Switching();
        await session.RunAsync("rsync", [.. options, "--links", "--", current + "/", Destination], documents: true);
        await PruneAsync(source, stage, session);
    }

    // What is deleted, is deleted last: generations that no link leads to any more.
    private async Task PruneAsync(SyncSource source, string stage, SyncSession session)
    {
        string history = Path.Combine(session.Directory, "generations");
        string[] before = File.Exists(history) ? await File.ReadAllLinesAsync(history, session.Stop) : [];
        string[] keep = [.. before.Where(id => id != source.Id).TakeLast(Kept), source.Id];
        DurableFile.Write(history, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', keep) + "\n"));
        string empty = Directory.CreateDirectory(Path.Combine(stage, "empty", "generations")).Parent!.FullName;
        await session.RunAsync(
            "rsync",
            [
                .. Common,
                "--omit-dir-times",
                "--delete",
                .. keep.Select(id => $"--exclude=/generations/{id}/"),
                "--include=/generations/",
                "--include=/generations/**",
                "--exclude=*",
                "--",
                empty + "/",
                Destination,
            ]
        );
    }
}
