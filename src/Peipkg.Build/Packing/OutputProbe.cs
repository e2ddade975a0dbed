using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Packing;

/// <summary>Proves before any work that packages can be written where they are to go.</summary>
internal static class OutputProbe
{
    private const int LongestName = 255;

    /// <summary>
    /// Tries to write into a directory, which is made for the trial if it is missing, and removes all traces.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="names">The names of the files that will be written there.</param>
    /// <exception cref="UserErrorException">It cannot be done; the message says why.</exception>
    internal static void Require(string directory, IReadOnlyList<string> names)
    {
        string longest = names.MaxBy(Encoding.UTF8.GetByteCount)!;
        int length = Encoding.UTF8.GetByteCount(longest);
        if (length > LongestName)
        {
            throw new UserErrorException(
                $"--out: the file name {longest} would have {length} bytes, and file systems take {LongestName} at most; "
                    + "choose a shorter version"
            );
        }

        foreach (string name in names)
        {
            RequireReplaceable(Path.Combine(directory, name), mayBeSpecial: false);
        }

        List<string> made = [];
        try
        {
            MakeMissing(Path.GetFullPath(directory), made);
            TryFile(directory, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--out {directory} cannot be written to: {exception.Message}", exception);
        }
        finally
        {
            foreach (string path in made.AsEnumerable().Reverse())
            {
                Remove(path);
            }
        }
    }

    /// <summary>Refuses a path at which a package cannot be written.</summary>
    /// <param name="path">The path.</param>
    /// <param name="mayBeSpecial">Whether a device or FIFO is written to; one of several packages would end in it unseen.</param>
    /// <exception cref="UserErrorException">A directory is there, or a device, FIFO or socket that may not be.</exception>
    internal static void RequireReplaceable(string path, bool mayBeSpecial)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"the package cannot be written to {path}, which is a directory");
        }

        if (!mayBeSpecial && DurableFile.IsSpecial(path))
        {
            throw new UserErrorException(
                $"the package cannot be written to {path}, which is a device, FIFO or socket; remove it"
            );
        }
    }

    private static void MakeMissing(string directory, List<string> made)
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        if (Path.GetDirectoryName(directory) is { } parent)
        {
            MakeMissing(parent, made);
        }

        Directory.CreateDirectory(directory);
        made.Add(directory);
    }

    // As long as the longest name, since some file systems take less than others.
    private static void TryFile(string directory, int length)
    {
        string unique = $".{Guid.NewGuid():N}{DurableFile.TemporarySuffix}";
        string path = Path.Combine(directory, unique.PadLeft(length, '.'));
        using FileStream file = new(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            1,
            FileOptions.DeleteOnClose
        );
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException)
        {
            // Somebody has put something into it in the meantime, and needs it.
        }
    }
}
