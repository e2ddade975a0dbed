using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Attesting;

/// <summary>
/// The digest of a recipe directory, one that a stranger computes with two programs: the SHA-256 of the list that
/// <c>sha256sum</c> writes of its files, sorted by path (<c>dirHash</c> of in-toto).
/// </summary>
internal static class RecipeDirectory
{
    private const string Repository = ".git";

    /// <summary>Computes it.</summary>
    /// <param name="directory">The recipe directory.</param>
    /// <param name="apart">Directories that are not part of the recipe though they lie in it: the source, the packages.</param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    internal static Sha256Digest Digest(string directory, IReadOnlyList<string> apart, CancellationToken cancellation)
    {
        try
        {
            HashSet<string> outside = [.. apart.Select(RealPath.Of)];
            List<string> files = [];
            Collect(RealPath.Of(directory), "", outside, files, cancellation);
            files.Sort(ComparePaths);
            using Sha256Hasher list = new();
            foreach (string file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                list.Append(Encoding.UTF8.GetBytes($"{DigestOf(Path.Combine(directory, file))}  {file}\n"));
            }

            return list.Finish();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the recipe cannot be attested: {exception.Message}", exception);
        }
    }

    private static void Collect(
        string root,
        string below,
        HashSet<string> outside,
        List<string> files,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (string path in Directory.EnumerateFileSystemEntries(Path.Combine(root, below)))
        {
            string name = Path.GetFileName(path);
            string relative = below.Length == 0 ? name : $"{below}/{name}";
            FileStatus? status = FileStatus.Of(path);
            if (status is { IsDirectory: true })
            {
                if (name != Repository && !outside.Contains(path))
                {
                    Collect(root, relative, outside, files, cancellation);
                }
            }
            else if (status is { IsRegular: true } or { IsSymlink: true })
            {
                files.Add(relative);
            }
        }
    }

    // What a link leads to may lie elsewhere, and is not the recipe's.
    private static Sha256Digest DigestOf(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            return Sha256Digest.Of(Encoding.UTF8.GetBytes(target));
        }

        using Stream content = ForeignFile.OpenStream(path);
        return Sha256Digest.Of(content);
    }

    private static int ComparePaths(string one, string other) =>
        Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));
}
