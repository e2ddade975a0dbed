using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Indexing;

/// <summary>Finds the package files below a directory.</summary>
internal static class NewFiles
{
    /// <summary>
    /// Every <c>*.peipkg</c> file, also in subdirectories, sorted by path. Names beginning with a dot are
    /// passed over: they are files still being written. A symlink is named all the same, to be refused with a reason.
    /// </summary>
    /// <param name="directory">Where to look.</param>
    /// <param name="option">The option that named it, for the message.</param>
    /// <param name="diagnostics">Told of linked directories, which are not entered.</param>
    /// <param name="verdicts">Receives the files of verdicts of rebuilds, sorted by path.</param>
    /// <exception cref="UserErrorException">There is no such directory.</exception>
    internal static List<string> Find(
        string directory,
        string option,
        Diagnostics diagnostics,
        List<string>? verdicts = null
    )
    {
        if (!Directory.Exists(directory))
        {
            throw new UserErrorException($"{option}: {directory} is not a directory");
        }

        List<string> files = [];
        List<string> found = [];
        Collect(directory, files, found, diagnostics);
        files.Sort(StringComparer.Ordinal);
        found.Sort(StringComparer.Ordinal);
        verdicts?.AddRange(found);
        return files;
    }

    private static void Collect(string directory, List<string> files, List<string> verdicts, Diagnostics diagnostics)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(directory))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith('.'))
            {
                continue;
            }

            FileStatus? identity = FileStatus.Of(path);
            if (identity is { IsDirectory: true })
            {
                Collect(path, files, verdicts, diagnostics);
            }
            else if (name.EndsWith(PackageFileName.Extension, StringComparison.Ordinal))
            {
                files.Add(path);
            }
            else if (SiblingNames.PackageOfVerdict(name) is not null)
            {
                verdicts.Add(path);
            }
            else if (identity is { IsSymlink: true } && Directory.Exists(path))
            {
                diagnostics.Warning($"{path} is a symlink to a directory and is not entered");
            }
        }
    }
}
