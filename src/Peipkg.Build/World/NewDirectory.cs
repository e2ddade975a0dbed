using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Files;

namespace Peipkg.Build.World;

/// <summary>A directory that a command makes: it appears as a whole, and replaces nothing.</summary>
internal static class NewDirectory
{
    /// <summary>Refuses a place where something is, and makes the directory above it.</summary>
    /// <param name="output">What <c>--out</c> says.</param>
    /// <returns>The directory's absolute path.</returns>
    /// <exception cref="UserErrorException">It is a file, or not empty.</exception>
    internal static string RequireFree(string output)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
        {
            throw new UserErrorException(
                $"--out {full} exists already; name a directory that is absent or empty, or remove it"
            );
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full) ?? "/");
        return full;
    }

    /// <summary>Gives what was made beside it the name.</summary>
    internal static void Put(string made, string output)
    {
        if (Directory.Exists(output))
        {
            Directory.Delete(output);
        }

        DurableFile.RenameNoReplace(made, output);
    }
}
