using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;

namespace Peipkg.Build.Fetching;

/// <summary>
/// Gets a recipe's archive and makes the source tree of it, all in a private directory that disposing removes: nobody sees
/// anything of it before it is complete.
/// </summary>
internal sealed class SourceFetch : IDisposable
{
    private const string TreeName = "tree";

    private readonly Recipe _recipe;
    private readonly SourceSettings _settings;
    private readonly ToolContext _context;
    private readonly string _place;
    private readonly string _archive;

    /// <param name="recipe">The recipe.</param>
    /// <param name="parent">An existing directory, in which the private one is made.</param>
    /// <param name="context">What the work uses of the world.</param>
    /// <exception cref="UserErrorException">The recipe does not say where its source is.</exception>
    internal SourceFetch(Recipe recipe, string parent, ToolContext context)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        _recipe = recipe;
        _settings =
            recipe.Source
            ?? throw new UserErrorException(
                $"{recipe.File} has no [source] that says where the archive is; a git upstream is fetched with git"
            );
        _context = context;
        _place = Path.Combine(parent, $".peipkg-fetch-{Guid.NewGuid():N}.tmp");
        _archive = Path.Combine(_place, "archive");
        Directory.CreateDirectory(_place, Private);
    }

    /// <summary>Gets the archive of a version.</summary>
    /// <param name="upstream">The upstream version.</param>
    /// <param name="given">A file that is taken instead of the one that the recipe names; null downloads that.</param>
    /// <returns>Its hash and size.</returns>
    internal (Sha256Digest Sha256, long Size) GetArchive(string upstream, string? given)
    {
        if (given is null)
        {
            Download.Get(_settings.Archive.For(upstream), _archive, FetchLimits.ArchiveBytes, _context);
        }
        else
        {
            using Stream from = ForeignFile.OpenStream(given);
            using FileStream to = new(_archive, FileMode.CreateNew, FileAccess.Write);
            from.CopyTo(to);
        }

        using FileStream content = new(_archive, FileMode.Open, FileAccess.Read);
        return (Sha256Digest.Of(content), content.Length);
    }

    /// <summary>Verifies the upstream's signature of the archive.</summary>
    /// <returns>The fingerprint of the key; null where the recipe names no signature.</returns>
    /// <exception cref="UserErrorException">It is not valid.</exception>
    internal string? RequireSignature(string upstream)
    {
        if (_settings.Signature is not { } signature)
        {
            return null;
        }

        string file = Path.Combine(_place, "signature");
        Download.Get(signature.For(upstream), file, FetchLimits.SignatureBytes, _context);
        return UpstreamSignature.Require(_archive, file, _recipe.Directory, _place, _context);
    }

    /// <summary>Makes the source tree, patched.</summary>
    /// <param name="upstream">The upstream version.</param>
    /// <returns>Where it is, and the time of the newest file that the archive holds.</returns>
    /// <exception cref="UserErrorException">The archive is damaged or hostile, or a patch does not apply.</exception>
    internal (string Tree, Timestamp Newest) MakeTree(string upstream)
    {
        string shown = _settings.Archive.FileName(upstream);
        string tree = Path.Combine(_place, TreeName);
        Directory.CreateDirectory(tree);
        if (!_settings.Extract)
        {
            File.Move(_archive, Path.Combine(tree, shown));
            File.SetLastWriteTimeUtc(Path.Combine(tree, shown), DateTime.UnixEpoch);
            return (tree, Timestamp.FromUnixSeconds(0));
        }

        string plain = Decompression.Plain(_archive, shown, _context);
        using TarUnpacking unpacking = new(shown, tree, FetchLimits.TreeBytes(new FileInfo(_archive).Length));
        using (FileStream archive = new(plain, FileMode.Open, FileAccess.Read))
        {
            unpacking.Unpack(archive, _context.Cancellation);
        }

        string root = RootOf(tree, shown);
        unpacking.RequireLinksWithin(root);
        string source = Path.Combine(tree, root);
        Timestamp newest = Timestamp.FromUnixSeconds(
            Math.Clamp(unpacking.Newest.ToUnixTimeSeconds(), 0, Timestamp.MaxValue.UnixSeconds)
        );
        if (_settings.Patches.Count > 0)
        {
            PatchApplication.Apply(_settings.Patches, _recipe.Directory, source, _context);
            Settle(source, DateTimeOffset.FromUnixTimeSeconds(newest.UnixSeconds).UtcDateTime);
        }

        return (source, newest);
    }

    public void Dispose()
    {
        if (!TreeRemoval.TryRemove(_place))
        {
            _context.Diagnostics.Warning($"the directory {_place} could not be removed completely");
        }
    }

    private string RootOf(string tree, string shown)
    {
        if (_settings.Root is { } wanted)
        {
            string root = wanted == "." ? "" : wanted;
            return FileStatus.Of(Path.Combine(tree, root), followLinks: false) is { IsDirectory: true }
                ? root
                : throw new UserErrorException(
                    $"{shown} has no directory \"{wanted}\", which root in [source] names; it holds {string.Join(", ", Names(tree).Take(5))}"
                );
        }

        return
            Names(tree) is [string only]
            && FileStatus.Of(Path.Combine(tree, only), followLinks: false) is { IsDirectory: true }
            ? only
            : "";
    }

    private static string[] Names(string directory) =>
        [
            .. new DirectoryInfo(directory)
                .EnumerateFileSystemInfos()
                .Select(entry => entry.Name)
                .Order(StringComparer.Ordinal),
        ];

    // Two fetches give the same tree: what a patch has changed is as old as the newest file of the archive.
    private static void Settle(string tree, DateTime newest)
    {
        EnumerationOptions noLinks = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        foreach (FileInfo file in new DirectoryInfo(tree).EnumerateFiles("*", noLinks))
        {
            if (file.LastWriteTimeUtc > newest)
            {
                file.LastWriteTimeUtc = newest;
            }
        }
    }
}
