using Peipkg.Format.Cryptography;
using Peipkg.Format.Text;

namespace Peipkg.Format.Packages;

/// <summary>Hashes the payload's files on all cores, before the archive that must name the hashes up front.</summary>
internal static class PayloadHasher
{
    /// <summary>Bytes that are read at a time.</summary>
    internal const int PieceSize = 1 << 17;

    /// <summary>The digests, in the order of the files.</summary>
    /// <exception cref="IOException">A file cannot be read or has another size than it had.</exception>
    internal static Sha256Digest[] Hash(
        PayloadSource[] files,
        PackageWriteOptions options,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        var hashed = new Sha256Digest[files.Length];
        var empty = Sha256Digest.Of([]);
        int next = -1;

        void Work()
        {
            byte[] buffer = new byte[PieceSize];
            using Sha256Hasher hash = new Sha256Hasher();
            for (int i = Interlocked.Increment(ref next); i < files.Length; i = Interlocked.Increment(ref next))
            {
                hashed[i] =
                    files[i].Size == 0
                        ? empty
                        : HashOne(files[i], buffer, hash, options.Observer?.Begin(files[i]), progress, cancellation);
                progress.FileDone();
            }
        }

        // A handful of files is done before a second thread has started.
        int threads =
            files.Length < 16 && files.Sum(static f => f.Size) < PieceSize
                ? 1
                : Math.Min(options.Workers, files.Length);
        if (threads <= 1)
        {
            Work();
            return hashed;
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

        return hashed;
    }

    /// <summary>The error for a file that is not what it was when it was first looked at.</summary>
    internal static IOException Changed(PayloadSource file) =>
        new(
            $"{DisplayText.Escape(file.Path)}: the file changed while it was being packed; something still writes to the staged tree."
        );

    private static Sha256Digest HashOne(
        PayloadSource file,
        byte[] buffer,
        Sha256Hasher hash,
        IContentObserver? observer,
        ProgressCounter progress,
        CancellationToken cancellation
    )
    {
        using Stream content = file.Open!();
        long size = 0;
        int read;
        while ((read = content.ReadAtLeast(buffer, PieceSize, throwOnEndOfStream: false)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
            observer?.Take(buffer.AsSpan(0, read));
            size += read;
            progress.BytesDone(read);
            if (size > file.Size)
            {
                break;
            }
        }

        if (size != file.Size)
        {
            throw Changed(file);
        }

        observer?.End();
        return hash.Finish();
    }
}
