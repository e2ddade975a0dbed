using System.Text;
using Microsoft.Win32.SafeHandles;
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
    /// <summary>Computes it.</summary>
    /// <param name="directory">The recipe directory.</param>
    /// <param name="apart">Directories that are not part of the recipe though they lie in it: the source, the packages.</param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    internal static Sha256Digest Digest(string directory, IReadOnlyList<string> apart, CancellationToken cancellation)
    {
        try
        {
            FileStatus[] outside =
            [
                .. apart.Select(path => FileStatus.Of(path, followLinks: true)).OfType<FileStatus>(),
            ];
            List<(byte[] Path, Sha256Digest Digest)> files = Read(directory, outside, cancellation);
            files.Sort(static (one, other) => one.Path.AsSpan().SequenceCompareTo(other.Path));
            using Sha256Hasher list = new();
            foreach ((byte[] path, Sha256Digest digest) in files)
            {
                list.Append(Encoding.ASCII.GetBytes($"{digest}  "));
                list.Append(path);
                list.Append("\n"u8);
            }

            return list.Finish();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the recipe cannot be attested: {exception.Message}", exception);
        }
    }

    private static List<(byte[] Path, Sha256Digest Digest)> Read(
        string directory,
        FileStatus[] outside,
        CancellationToken cancellation
    )
    {
        List<(byte[], Sha256Digest)> files = [];
        Stack<byte[]> above = [];
        byte[] prefix = [];
        using TreeWalk walk = TreeWalk.Begin(directory);
        while (walk.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            if (walk.Step == TreeStep.Leave)
            {
                prefix = above.Pop();
                continue;
            }

            FileStatus status = walk.Status();
            byte[] path = [.. prefix, .. walk.Name];
            if (status.IsRegular || status.IsSymlink)
            {
                files.Add((path, DigestOf(walk, status)));
            }
            else if (status.IsDirectory && !walk.Name.SequenceEqual(".git"u8) && !outside.Any(status.IsSameFile))
            {
                string place = walk.DisplayPath;
                Errno error = walk.Enter();
                if (error != Errno.None)
                {
                    throw PosixIOException.Of(error, "open", place);
                }

                above.Push(prefix);
                prefix = [.. path, (byte)'/'];
            }
        }

        return files;
    }

    // What a link leads to may lie elsewhere, and is not the recipe's.
    private static Sha256Digest DigestOf(TreeWalk walk, FileStatus status)
    {
        Errno error;
        if (status.IsSymlink)
        {
            return walk.Directory.TryReadLink(walk.Name, out error) is { } target
                ? Sha256Digest.Of(target)
                : throw PosixIOException.Of(error, "read the symlink", walk.DisplayPath);
        }

        using SafeFileHandle file =
            walk.Directory.TryOpenFile(walk.Name, out error)
            ?? throw PosixIOException.Of(error, "open", walk.DisplayPath);
        using FileStream content = new(file, FileAccess.Read, bufferSize: 0);
        return Sha256Digest.Of(content);
    }
}
