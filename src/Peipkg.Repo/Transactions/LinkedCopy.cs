using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>A second name for a file where the file system has such, else a copy, by reflink where there are those.</summary>
internal static class LinkedCopy
{
    /// <summary>Makes a directory with second names of all files of another; subdirectories are left out.</summary>
    internal static void OfDirectory(string path, string copy)
    {
        Directory.CreateDirectory(copy);
        PublicMode.Allow(copy);
        foreach (string file in Directory.EnumerateFiles(path))
        {
            HardLink.CreateOrCopy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
    }
}
