using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Keeps the packages that the repository's index names by absolute URLs (<c>content = "packages"</c>), at the places where
/// the target that serves them will have them.
/// </summary>
internal static class PackageShelf
{
    /// <summary>Copies every package of a directory, and what is attested of it, to its
    /// place; what is there already is left alone.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Keep(string packages, string shelf)
    {
        foreach (string path in Directory.EnumerateFiles(packages, "*" + PackageFileName.Extension))
        {
            string file = Path.GetFileName(path);
            if (!PackageFileName.TryParse(file, out PackageName name, out PackageVersion version, out _, out _))
            {
                continue;
            }

            string place = Path.Combine(shelf, RepositoryLayout.PackageDirectory, name.Text, version.Text, file);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            foreach (string suffix in SiblingNames.All.Append(""))
            {
                Copy(path + suffix, place + suffix);
            }
        }
    }

    private static void Copy(string path, string place)
    {
        if (!File.Exists(path) || File.Exists(place))
        {
            return;
        }

        using FileStream from = File.OpenRead(path);
        using DurableFileWriter to = DurableFile.Create(place);
        from.CopyTo(to.Stream);
        to.Commit();
    }
}
