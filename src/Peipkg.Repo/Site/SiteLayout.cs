using System.Globalization;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Site;

/// <summary>
/// Where the package browser lies in a repository. Nothing of it is signed or read by a consumer; its names collide with
/// none of §6.4, and none with a package's, whose versions end in a revision and whose files end in <c>.peipkg</c>.
/// </summary>
internal static class SiteLayout
{
    /// <summary>What the search looks through.</summary>
    internal const string Search = RepositoryLayout.SiteDirectory + "/packages.json";

    internal const string Style = RepositoryLayout.SiteDirectory + "/style.css";
    internal const string Script = RepositoryLayout.SiteDirectory + "/app.js";
    internal const string Icon = RepositoryLayout.SiteDirectory + "/icon.svg";

    /// <summary>How many files <see cref="NamesFile"/> spreads the names over.</summary>
    internal const int NameFiles = 256;

    /// <summary>The page of the names that begin alike, in a repository too large for one list.</summary>
    internal static string ListPage(string letter) => $"{RepositoryLayout.SiteDirectory}/list/{letter}.html";

    /// <summary>The file that knows the versions and the dependents of a name, by 8 bits of its FNV-1a hash.</summary>
    internal static string NamesFile(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{RepositoryLayout.SiteDirectory}/names/{number:x2}.json");

    /// <summary>A file of the index of paths.</summary>
    internal static string FilesFile(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{RepositoryLayout.SiteDirectory}/files/{number:x2}.json");

    /// <summary>Which of the names' files holds a name; the script computes the same.</summary>
    internal static int NumberOf(string name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }

        return (int)(hash % NameFiles);
    }

    /// <summary>Whether a path below the root, with <c>/</c>, is the browser's.</summary>
    internal static bool Owns(string path) =>
        path is RepositoryLayout.SiteFront or RepositoryLayout.SitePackage
        || path.StartsWith(RepositoryLayout.SiteDirectory + "/", StringComparison.Ordinal)
        || (
            path.StartsWith(RepositoryLayout.PackageDirectory + "/", StringComparison.Ordinal)
            && path.EndsWith(RepositoryLayout.DetailsExtension, StringComparison.Ordinal)
        );

    /// <summary>The browser's files in a repository that has one, but for those beside packages; below the root, with <c>/</c>.</summary>
    internal static IEnumerable<string> FilesIn(string root)
    {
        IEnumerable<string> inside = FileStatus.Of(Path.Combine(root, RepositoryLayout.SiteDirectory))
            is { IsDirectory: true }
            ? Below(root, RepositoryLayout.SiteDirectory)
            : [];
        return inside.Concat(
            new[] { RepositoryLayout.SiteFront, RepositoryLayout.SitePackage }
                .SelectMany(static page => RepositoryLayout.CopySuffixes.Select(suffix => page + suffix).Prepend(page))
                .Where(page => File.Exists(Path.Combine(root, page)))
        );
    }

    /// <summary>Symlinks are files here, wherever they lead.</summary>
    private static IEnumerable<string> Below(string root, string directory) =>
        Directory
            .EnumerateFileSystemEntries(Path.Combine(root, directory))
            .Select(path => $"{directory}/{Path.GetFileName(path)}")
            .SelectMany(path =>
                FileStatus.Of(Path.Combine(root, path)) is { IsDirectory: true } ? Below(root, path) : [path]
            );

    /// <summary>Whether a repository's directory has a browser.</summary>
    internal static bool IsIn(string root) => File.Exists(Path.Combine(root, Search));
}
