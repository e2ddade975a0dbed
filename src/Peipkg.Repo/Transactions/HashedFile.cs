using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>Reads, hashes and copies package files as a whole.</summary>
internal static class HashedFile
{
    private const int BufferSize = 256 << 10;

    /// <summary>The digest of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stop">Ends the reading early.</param>
    /// <returns>Its SHA-256 and its bytes.</returns>
    internal static (Sha256Digest Hash, long Size) Digest(string path, CancellationToken stop)
    {
        using SafeFileHandle source = File.OpenHandle(path, options: FileOptions.SequentialScan);
        return Pump(source, null, stop);
    }

    /// <summary>Whether a file has exactly these bytes.</summary>
    internal static bool Has(string path, long size, Sha256Digest hash, CancellationToken stop) =>
        new FileInfo(path).Length == size && Digest(path, stop).Hash == hash;

    /// <summary>
    /// Copies a verified package. The bytes are hashed on their way, for a source may change between its verification and
    /// now; a hard link would even let it change after publication.
    /// </summary>
    /// <param name="placement">What to copy.</param>
    /// <param name="target">A path where nothing is yet.</param>
    /// <param name="flush">Whether to make the copy durable on its own.</param>
    /// <param name="stop">Ends the copying early.</param>
    /// <exception cref="UserErrorException">The source is not what was verified.</exception>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    internal static void CopyVerified(PackagePlacement placement, string target, bool flush, CancellationToken stop)
    {
        using SafeFileHandle source = File.OpenHandle(placement.Source, options: FileOptions.SequentialScan);
        using SafeFileHandle copy = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        if (Pump(source, copy, stop) != (placement.Hash, placement.Size))
        {
            throw new UserErrorException(
                $"{placement.Source} changed while it was being published; nothing was published, run this again"
            );
        }

        File.SetUnixFileMode(copy, DurableFile.PublicMode);
        if (flush)
        {
            RandomAccess.FlushToDisk(copy);
        }
    }

    private static (Sha256Digest Hash, long Size) Pump(
        SafeFileHandle source,
        SafeFileHandle? copy,
        CancellationToken stop
    )
    {
        using Sha256Hasher hash = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long position = 0;
            while (RandomAccess.Read(source, buffer, position) is int read and > 0)
            {
                stop.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, read));
                if (copy is not null)
                {
                    RandomAccess.Write(copy, buffer.AsSpan(0, read), position);
                }

                position += read;
            }

            return (hash.Finish(), position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
