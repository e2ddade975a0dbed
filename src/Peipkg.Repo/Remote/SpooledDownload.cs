using Peipkg.Format.Cryptography;

namespace Peipkg.Repo.Remote;

/// <summary>
/// A download that waits in a file without a name of its own until it is known to be right, so that one that is not costs no
/// memory.
/// </summary>
internal sealed class SpooledDownload : IDisposable
{
    private const int PieceSize = 128 << 10;

    private readonly FileStream _file;

    private SpooledDownload(FileStream file, Sha256Digest digest)
    {
        _file = file;
        Digest = digest;
    }

    /// <summary>The digest of all of it.</summary>
    internal Sha256Digest Digest { get; }

    /// <summary>Reads a body to its end.</summary>
    /// <param name="body">The answer's body.</param>
    /// <param name="uri">Where it comes from, for messages.</param>
    /// <param name="limit">The most it may have.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="IOException">The body is larger, breaks off, or the disk is full.</exception>
    internal static SpooledDownload Read(Stream body, Uri uri, long limit, CancellationToken cancellation)
    {
        FileStream file = new(
            Path.Combine(Path.GetTempPath(), ".peipkg-repo-" + Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = 0,
                Options = FileOptions.DeleteOnClose,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        try
        {
            // Without its name nothing is left behind, however the program ends.
            File.Delete(file.Name);
            using Sha256Hasher hash = new();
            byte[] piece = new byte[PieceSize];
            for (int read; (read = body.Read(piece)) > 0; )
            {
                cancellation.ThrowIfCancellationRequested();
                if (file.Position + read > limit)
                {
                    throw HttpFetcher.TooLarge(uri, limit);
                }

                file.Write(piece, 0, read);
                hash.Append(piece.AsSpan(0, read));
            }

            return new SpooledDownload(file, hash.Finish());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>All of it.</summary>
    internal byte[] ToArray()
    {
        byte[] content = GC.AllocateUninitializedArray<byte>((int)_file.Length);
        _file.Position = 0;
        _file.ReadExactly(content);
        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
