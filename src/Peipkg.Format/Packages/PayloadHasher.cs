using System.Security.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Packages;

/// <summary>Hashes the payload's files on all cores, before the archive that must name the hashes up front.</summary>
internal static class PayloadHasher
{
    private const int BufferSize = 1 << 17;

    /// <summary>The digests, in the order of the files.</summary>
    /// <exception cref="IOException">A file cannot be read or has another size than it had.</exception>
    internal static Sha256Digest[] Hash(
        PayloadSource[] files, int workers, ProgressCounter progress, CancellationToken cancellation)
    {
        var digests = new Sha256Digest[files.Length];
        var empty = Sha256Digest.Of([]);
        int next = -1;

        void Work()
        {
            byte[] buffer = new byte[BufferSize];
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int i = Interlocked.Increment(ref next); i < files.Length; i = Interlocked.Increment(ref next))
            {
                digests[i] = files[i].Size == 0 ? empty : HashOne(files[i], buffer, hash, progress, cancellation);
                progress.FileDone();
            }
        }

        // A handful of files is done before a second thread has started.
        int threads = files.Length < 16 && files.Sum(static f => f.Size) < BufferSize ? 1 : Math.Min(workers, files.Length);
        if (threads <= 1)
        {
            Work();
            return digests;
        }

        Task[] tasks = [.. Enumerable.Range(0, threads).Select(_ => Task.Run(Work, cancellation))];
        try
        {
            Task.WaitAll(tasks, CancellationToken.None);
        }
        catch (AggregateException failures)
        {
            cancellation.ThrowIfCancellationRequested();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        return digests;
    }

    /// <summary>The error for a file that is not what it was when it was first looked at.</summary>
    internal static IOException Changed(PayloadSource file)
        => new($"{DisplayText.Escape(file.Path)}: the file changed while it was being packed; something still writes to the staged tree.");

    private static Sha256Digest HashOne(
        PayloadSource file, byte[] buffer, IncrementalHash hash, ProgressCounter progress, CancellationToken cancellation)
    {
        using Stream content = file.Open!();
        long size = 0;
        int read;
        while ((read = content.Read(buffer, 0, buffer.Length)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            size += read;
            progress.BytesDone(read);
            if (size > file.Size)
            {
                break;
            }
        }

        return size == file.Size ? Sha256Digest.Of(hash) : throw Changed(file);
    }
}
