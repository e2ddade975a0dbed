using System.Buffers.Binary;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Recipes;

/// <summary>
/// Identifies what a recipe's folder holds: names, contents, and who may execute what. Says whether a recipe that failed
/// has changed since.
/// </summary>
internal static class RecipeDigest
{
    private const int Piece = 16 << 10;

    /// <summary>The digest of a folder, lower-case hex; null when it cannot be read.</summary>
    public static string? Of(string directory)
    {
        try
        {
            using Sha256Hasher hash = new();
            byte[] buffer = new byte[Piece];
            int entries = 0;
            Stack<string> pending = new([directory]);
            while (pending.TryPop(out string? current))
            {
                foreach (
                    FileSystemInfo entry in new DirectoryInfo(current)
                        .EnumerateFileSystemInfos()
                        .Where(e => !e.Name.Equals(".git", StringComparison.Ordinal))
                        .OrderBy(e => e.Name, StringComparer.Ordinal)
                )
                {
                    if (++entries > ManagerLimits.RecipeEntries)
                    {
                        return null;
                    }

                    Add(hash, Path.GetRelativePath(directory, entry.FullName));
                    if (entry.LinkTarget is { } target)
                    {
                        Add(hash, "link " + target);
                    }
                    else if (entry is DirectoryInfo)
                    {
                        pending.Push(entry.FullName);
                    }
                    else if (entry is FileInfo file && (file.Attributes & FileAttributes.Device) == 0)
                    {
                        AddFile(hash, file, buffer);
                    }
                }
            }

            return hash.Finish().ToString();
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            return null;
        }
    }

    private static void AddFile(Sha256Hasher hash, FileInfo file, byte[] buffer)
    {
        // FIFOs and sockets look like files without a length; opening one may wait for ever.
        Span<byte> facts = stackalloc byte[20];
        bool large = file.Length > ManagerLimits.RecipeFileBytes;
        BinaryPrimitives.WriteInt64LittleEndian(facts, file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(facts[8..], (int)file.UnixFileMode & 0b001_001_001);
        BinaryPrimitives.WriteInt64LittleEndian(facts[12..], large ? file.LastWriteTimeUtc.Ticks : 0);
        hash.Append(facts);
        if (file.Length > 0)
        {
            using FileStream content = new(
                file.FullName,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite,
                bufferSize: 0
            );
            int left = ManagerLimits.RecipeFileBytes;
            int count;
            while (left > 0 && (count = content.Read(buffer.AsSpan(0, Math.Min(buffer.Length, left)))) > 0)
            {
                hash.Append(buffer.AsSpan(0, count));
                left -= count;
            }
        }
    }

    private static void Add(Sha256Hasher hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.Append(length);
        hash.Append(bytes);
    }
}
