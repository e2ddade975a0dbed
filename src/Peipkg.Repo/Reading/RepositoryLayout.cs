using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Reading;

/// <summary>Where things lie in a repository's directory (§6.4), and which names in it belong to this tool alone.</summary>
internal static class RepositoryLayout
{
    internal const string Descriptor = "repo.json";
    internal const string IndexDirectory = "index";
    internal const string ActiveIndex = "active.json";
    internal const string ArchiveIndex = "archive.json";
    internal const string KeyDirectory = "keys";

    /// <summary>What a repository that prunes tells about it.</summary>
    internal const string Retention = "retention.json";

    /// <summary>What a signed document's detached signature adds to its name.</summary>
    internal const string SignatureSuffix = ".sig";

    /// <summary>
    /// Begins the name of everything in a repository that is not part of it: the lock and the staging directory. Whoever
    /// mirrors a repository leaves out <c>.peipkg-repo.*</c>.
    /// </summary>
    internal const string PrivatePrefix = ".peipkg-repo.";

    internal const string LockFile = PrivatePrefix + "lock";

    /// <summary>The conventional places of the indexes, in words.</summary>
    internal const string ConventionalIndexes = "/index/active.json and /index/archive.json";

    /// <summary>Whether a descriptor puts the indexes where this tool writes them.</summary>
    internal static bool IsConventional(Descriptor descriptor) =>
        descriptor.Active == IndexPointers.ConventionalActive
        && descriptor.Archive == IndexPointers.ConventionalArchive;

    /// <summary>The key file's path below the root, with <c>/</c>: <c>keys/&lt;fingerprint&gt;.pub</c>.</summary>
    internal static string KeyPath(string fingerprint) => $"{KeyDirectory}/{fingerprint}.pub";

    internal static bool IsPrivate(string name) => name.StartsWith(PrivatePrefix, StringComparison.Ordinal);

    /// <summary>Whether a root-level name is taken by the repository's own documents, so that no package goes there.</summary>
    internal static bool IsReserved(string firstComponent) =>
        firstComponent
            is Descriptor
                or Descriptor + SignatureSuffix
                or IndexDirectory
                or KeyDirectory
                or Retention
                or SiteLayout.Front
                or SiteLayout.Package
                or SiteLayout.Directory
        || firstComponent.StartsWith('.');
}
