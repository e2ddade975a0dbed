using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>
/// Where everything is in a repository (PSD-009 §6.4), and which names in its directory are taken. Paths are relative to the
/// repository's root, with <c>/</c>; a URL of the same place begins with a slash.
/// </summary>
public static class RepositoryLayout
{
    /// <summary>The descriptor, which consumers read first.</summary>
    public const string Descriptor = "repo.json";

    /// <summary>What a document's detached signature adds to its name.</summary>
    public const string SignatureSuffix = ".sig";

    /// <summary>The descriptor's signature.</summary>
    public const string DescriptorSignature = Descriptor + SignatureSuffix;

    /// <summary>The directory of both indexes and their signatures.</summary>
    public const string IndexDirectory = "index";

    /// <summary>The index of current versions.</summary>
    public const string ActiveIndex = IndexDirectory + "/active.json";

    /// <summary>The signature of the index of current versions.</summary>
    public const string ActiveSignature = ActiveIndex + SignatureSuffix;

    /// <summary>The index of all versions.</summary>
    public const string ArchiveIndex = IndexDirectory + "/archive.json";

    /// <summary>The signature of the index of all versions.</summary>
    public const string ArchiveSignature = ArchiveIndex + SignatureSuffix;

    /// <summary>What a document's compressed copies add to its name, for web servers that send them in its place.</summary>
    public static IReadOnlyList<string> CopySuffixes { get; } = [".gz", ".zst", ".br"];

    /// <summary>The directory of public keys.</summary>
    public const string KeyDirectory = "keys";

    /// <summary>The extension of a public key's file.</summary>
    public const string KeyExtension = ".pub";

    /// <summary>The directory of packages, by convention: an index entry's URL may name another place.</summary>
    public const string PackageDirectory = "p";

    /// <summary>The conventional place of a package, over <c>{name} {version} {arch} {filename}</c>.</summary>
    public const string PackageTemplate = PackageDirectory + "/{name}/{version}/{filename}";

    /// <summary>The record of a repository that prunes: its rule, and what went.</summary>
    public const string Retention = "retention.json";

    /// <summary>The package browser's first page, which a web server shows for the repository's base.</summary>
    public const string SiteFront = "index.html";

    /// <summary>The package browser's page of one package.</summary>
    public const string SitePackage = "package.html";

    /// <summary>The directory of the package browser's other files.</summary>
    public const string SiteDirectory = "site";

    /// <summary>What the package browser's document of a package has instead of the package's extension.</summary>
    public const string DetailsExtension = ".json";

    /// <summary>
    /// Begins the name of everything in a repository's directory that is not part of the repository: the lock, staged
    /// generations. Mirrors leave out <c>.peipkg-repo.*</c>.
    /// </summary>
    public const string PrivatePrefix = ".peipkg-repo.";

    /// <summary>The file that a writer locks.</summary>
    public const string LockFile = PrivatePrefix + "lock";

    /// <summary>The directory of a generation that waits for the signature of a key kept elsewhere.</summary>
    public const string PendingDirectory = PrivatePrefix + "pending";

    /// <summary>The directory of the snapshots that were taken of the repository.</summary>
    public const string SnapshotDirectory = PrivatePrefix + "snapshots";

    /// <summary>The file that says that the directory is a whole copy of another repository, and of which.</summary>
    public const string MirrorMark = PrivatePrefix + "mirror";

    /// <summary>The directory of packages that are being fetched.</summary>
    public const string FetchDirectory = PrivatePrefix + "fetching";

    /// <summary>The conventional places of the indexes, in words.</summary>
    public const string ConventionalIndexes = "/" + ActiveIndex + " and /" + ArchiveIndex;

    /// <summary>The small files that identify a generation: the indexes are covered by their signatures.</summary>
    public static IReadOnlyList<string> GenerationFiles { get; } =
    [Descriptor, DescriptorSignature, ActiveSignature, ArchiveSignature];

    /// <summary>Whether a descriptor puts the indexes at their conventional places.</summary>
    public static bool IsConventional(Descriptor descriptor) =>
        descriptor.Active == IndexPointers.ConventionalActive
        && descriptor.Archive == IndexPointers.ConventionalArchive;

    /// <summary>The place of a public key: <c>keys/FINGERPRINT.pub</c>.</summary>
    public static string KeyPath(Fingerprint fingerprint) => $"{KeyDirectory}/{fingerprint.Text}{KeyExtension}";

    /// <summary>The place of the package browser's document of a package, beside the package's conventional place.</summary>
    public static string DetailsPath(PackageName name, in PackageVersion version, Architecture architecture) =>
        $"{PackageDirectory}/{name}/{version}/{name}_{version}_{architecture}{DetailsExtension}";

    /// <summary>The place below the root of what a URL in an index names.</summary>
    /// <returns>A path that stays below the root; <see langword="null"/> for another host's URLs and those that name no file.</returns>
    public static string? PackagePath(string url) => Resolve(url, IndexDirectory);

    /// <summary>The place below the root of what a URL in the descriptor names.</summary>
    /// <returns>A path that stays below the root; <see langword="null"/> for another host's URLs and those that name no file.</returns>
    public static string? DescribedPath(string url) => Resolve(url, "");

    /// <summary>Whether a relative path stays below the root and names a file.</summary>
    public static bool IsSafePath(string path) =>
        path.Length > 0
        && !path.Split('/').Any(static component => component is "" or "." or "..")
        && !path.Contains('\0', StringComparison.Ordinal);

    /// <summary>Whether a name in the root is private to the tool that writes the repository.</summary>
    public static bool IsPrivate(string name) => name.StartsWith(PrivatePrefix, StringComparison.Ordinal);

    /// <summary>Whether a name in the root is taken, so that no package goes there.</summary>
    public static bool IsReserved(string firstComponent) =>
        firstComponent
            is Descriptor
                or DescriptorSignature
                or IndexDirectory
                or KeyDirectory
                or Retention
                or SiteFront
                or SitePackage
                or SiteDirectory
        || firstComponent.StartsWith('.');

    // A URL without a scheme or a leading slash is relative to the document that holds it (§6.4.5).
    private static string? Resolve(string url, string documentDirectory)
    {
        if (url.Contains("://", StringComparison.Ordinal) || url.StartsWith("//", StringComparison.Ordinal))
        {
            return null;
        }

        List<string> components = url.StartsWith('/') || documentDirectory.Length == 0 ? [] : [documentDirectory];
        foreach (string component in url.TrimStart('/').Split('/'))
        {
            if (component == ".." && components.Count > 0)
            {
                components.RemoveAt(components.Count - 1);
            }
            else if (component != ".")
            {
                components.Add(component);
            }
        }

        string path = string.Join('/', components);
        return IsSafePath(path) ? path : null;
    }
}
