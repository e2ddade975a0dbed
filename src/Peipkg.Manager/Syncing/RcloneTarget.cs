using System.Text.Json;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// rclone to any of its remotes. Packages are immutable and cached for ever, everything else for a minute (user
/// documentation, R2); indexes and descriptor are sent whatever rclone thinks of their times, since not every remote keeps
/// times.
/// </summary>
/// <remarks>
/// No object store replaces two objects at once. So the documents go one after the other, each document directly before
/// its signature: a consumer can meet an index with the signature of another only between two requests of ours, and one
/// that fetches both again finds them matching.
/// </remarks>
internal sealed class RcloneTarget(UploadConfig config) : SyncTarget(config)
{
    private const string Immutable = "--header-upload=Cache-Control: public, max-age=31536000, immutable";
    private const string Minute = "--header-upload=Cache-Control: public, max-age=60";
    private const string Packages = $"/{RepositoryLayout.PackageDirectory}/**{PackageFileName.Extension}";
    private const string BesidePackages = $"/{RepositoryLayout.PackageDirectory}/**";

    // Asking for the bucket needs a permission that tokens for a bucket's objects do not have (Cloudflare R2).
    // A remote that stays away is left to the manager's own retries.
    private static readonly string[] Copy =
    [
        "copy",
        "--verbose",
        "--stats=1m",
        "--s3-no-check-bucket",
        "--contimeout=30s",
        "--retries=2",
        "--low-level-retries=5",
    ];

    private static readonly string[] InOrder =
    [
        "--ignore-times",
        "--check-first",
        "--transfers=1",
        "--order-by=name,ascending",
    ];

    private readonly RcloneRemote _remote = RcloneRemote.TryParse(
        config.Remote,
        out RcloneRemote? remote,
        out string? error
    )
        ? remote
        : throw new ArgumentException(error, nameof(config));

    /// <inheritdoc/>
    public override string DisplayRemote => _remote.Display;

    /// <inheritdoc/>
    public override async Task CopyAsync(SyncSource source, SyncSession session)
    {
        string[] ends = ["--", source.Directory, _remote.Argument];
        await RunAsync(
            session,
            [.. Copy, Immutable, "--filter=- .*", $"--filter=+ {Packages}", "--filter=- **", .. ends]
        );
        string[] rest =
            Config.Content == UploadContent.Packages
                ? [$"--filter=+ {BesidePackages}", "--filter=- **"]
                :
                [
                    $"--filter=- /{RepositoryLayout.IndexDirectory}/**",
                    $"--filter=- /{RepositoryLayout.Descriptor}",
                    $"--filter=- /{RepositoryLayout.DescriptorSignature}",
                ];
        await RunAsync(session, [.. Copy, Minute, "--filter=- .*", $"--filter=- {Packages}", .. rest, .. ends]);
        await AliasAsync(source, session);
        if (Config.Content == UploadContent.Packages)
        {
            return;
        }

        string[] indexes = [$"--filter=+ /{RepositoryLayout.IndexDirectory}/**"];
        string[] descriptor =
        [
            $"--filter=+ /{RepositoryLayout.Descriptor}",
            $"--filter=+ /{RepositoryLayout.DescriptorSignature}",
        ];
        session.Switching();
        foreach (
            string[] step in source.DescriptorFirst(session.SignerOutThere)
                ? (string[][])[descriptor, indexes]
                : [indexes, descriptor]
        )
        {
            await RunAsync(session, [.. Copy, Minute, .. InOrder, .. step, "--filter=- **", .. ends], documents: true);
        }
    }

    // Object stores read a bare "+" in a URL's path as a space (S3 does), and consumers send a package's name as it is in
    // the index. So there each package whose path has one is stored under that reading too.
    private async Task AliasAsync(SyncSource source, SyncSession session)
    {
        string packages = Path.Combine(source.Directory, RepositoryLayout.PackageDirectory);
        string[] plus = Directory.Exists(packages)
            ?
            [
                .. Directory
                    .EnumerateFiles(packages, "*", SearchOption.AllDirectories)
                    .Where(path => path.AsSpan(source.Directory.Length).Contains('+')),
            ]
            : [];
        if (plus.Length == 0 || !await IsObjectStoreAsync(session))
        {
            return;
        }

        string aliases = Path.Combine(session.Directory, "aliases");
        TreeRemoval.Remove(aliases);
        foreach (string path in plus)
        {
            string alias = aliases + path[source.Directory.Length..].Replace('+', ' ');
            Directory.CreateDirectory(Path.GetDirectoryName(alias)!);
            if (!HardLink.TryCreate(path, alias))
            {
                File.Copy(path, alias, overwrite: true);
            }
        }

        string[] ends = ["--", aliases, _remote.Argument];
        await RunAsync(session, [.. Copy, Immutable, $"--filter=+ {Packages}", "--filter=- **", .. ends]);
        await RunAsync(session, [.. Copy, Minute, $"--filter=- {Packages}", .. ends]);
        TreeRemoval.Remove(aliases);
    }

    private async Task<bool> IsObjectStoreAsync(SyncSession session)
    {
        BoundedOutput output = new(1 << 20);
        await session.RunAsync("rclone", ["backend", "features", _remote.Argument], _remote.Variables, output);
        try
        {
            using JsonDocument features = JsonDocument.Parse(output.Content.ToArray());
            return features.RootElement.TryGetProperty("Features", out JsonElement list)
                && list.TryGetProperty("BucketBased", out JsonElement answer)
                && answer.ValueKind == JsonValueKind.True;
        }
        catch (JsonException exception)
        {
            throw new SyncException(
                $"rclone backend features answered something that is no JSON: {exception.Message}",
                exception
            );
        }
    }

    private Task RunAsync(SyncSession session, string[] arguments, bool documents = false) =>
        session.RunAsync("rclone", arguments, _remote.Variables, documents: documents);
}
