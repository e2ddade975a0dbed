using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;

namespace Peipkg.Repo.Verifying;

/// <summary>Finds what lies among the packages of a directory and belongs to none.</summary>
internal static class StrayFiles
{
    // Whoever has thousands of them has one cause.
    private const int Shown = 100;

    /// <summary>Looks through <c>p/</c>. Files beside a package that are named like it belong to it (§6.4.4).</summary>
    internal static void Find(string root, IReadOnlyList<IndexRow> archive, VerificationFindings findings)
    {
        if (!Directory.Exists(Path.Combine(root, RepositoryLayout.PackageDirectory)))
        {
            return;
        }

        HashSet<string> packages = new(StringComparer.Ordinal);
        HashSet<string> details = [.. archive.Select(static row => row.DetailsPlace)];
        ILookup<string?, string> byDirectory = archive
            .Select(static row => row.Place)
            .OfType<string>()
            .Where(packages.Add)
            .ToLookup(static path => Path.GetDirectoryName(path), StringComparer.Ordinal);
        List<string> strays = [];
        List<string> links = [];
        Collect(root, RepositoryLayout.PackageDirectory, packages, byDirectory, strays, links);
        strays.RemoveAll(details.Contains);
        Report(
            strays,
            "stray-file",
            "no index names it and no package has it beside it",
            "remove it, or publish what it is",
            findings
        );
        Report(
            links,
            "symlink",
            "it is a symlink, which mirrors drop or follow as they please",
            "put the file itself there",
            findings
        );
    }

    private static void Collect(
        string root,
        string directory,
        HashSet<string> packages,
        ILookup<string?, string> byDirectory,
        List<string> strays,
        List<string> links
    )
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)))
        {
            string relative = $"{directory}/{Path.GetFileName(path)}";
            FileStatus? identity =
                packages.Contains(relative) && File.ResolveLinkTarget(path, false) is null ? null : FileStatus.Of(path);
            if (identity is { IsDirectory: true })
            {
                Collect(root, relative, packages, byDirectory, strays, links);
            }
            else if (identity is { IsSymlink: true })
            {
                links.Add(relative);
            }
            else if (
                identity is not null
                && !packages.Contains(relative)
                && !byDirectory[directory].Any(package => IsReferenceSidecar(relative) || BelongsTo(relative, package))
            )
            {
                strays.Add(relative);
            }
        }
    }

    /// <summary>What the reference publisher writes beside packages: a package's own metadata, word for word.</summary>
    private static bool IsReferenceSidecar(string path) => Path.GetFileName(path) is "manifest.json" or "files.json";

    private static bool BelongsTo(string path, string package)
    {
        ReadOnlySpan<char> stem = package.EndsWith(PackageFileName.Extension, StringComparison.Ordinal)
            ? package.AsSpan(0, package.Length - PackageFileName.Extension.Length)
            : package;
        return path.AsSpan().StartsWith(stem, StringComparison.Ordinal)
            && path.Length > stem.Length
            && path[stem.Length] == '.';
    }

    private static void Report(
        List<string> paths,
        string rule,
        string problem,
        string remedy,
        VerificationFindings findings
    )
    {
        foreach (string path in paths.Order(StringComparer.Ordinal).Take(Shown))
        {
            findings.Note(rule, path, $"{path}: {problem}", remedy);
        }

        if (paths.Count > Shown)
        {
            findings.Note(
                rule,
                RepositoryLayout.PackageDirectory,
                $"{paths.Count - Shown} more like that below {RepositoryLayout.PackageDirectory}/"
            );
        }
    }
}
