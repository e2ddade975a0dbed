using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Mirroring;

/// <summary>
/// Brings packages to their places in a copy, several at once. A package comes to its place only when its bytes are those
/// that the index names. What a broken run has of one is kept, and the next run goes on from there.
/// </summary>
internal sealed class PackageDownloads
{
    private const int PieceSize = 128 << 10;

    // A connection that breaks in the middle of a large package is no reason to begin everything again.
    private const int Attempts = 4;

    private readonly RemoteRepositoryReader _source;
    private readonly string _root;
    private readonly string _parts;
    private readonly DirectoryTree _places;

    internal PackageDownloads(RemoteRepositoryReader source, string root)
    {
        _source = source;
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _parts = Path.Combine(_root, RepositoryLayout.FetchDirectory);
        _places = new DirectoryTree(_root);
    }

    /// <summary>Fetches packages, and makes them durable.</summary>
    /// <param name="rows">Packages whose places are in the repository and not those of other bytes that an index names.</param>
    /// <param name="diagnostics">Shows how far it is.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <exception cref="UserErrorException">The server has no such package, or other bytes.</exception>
    /// <exception cref="IOException">The server cannot be reached, or the disk is full.</exception>
    internal void Fetch(IReadOnlyList<IndexRow> rows, Diagnostics diagnostics, CancellationToken stop)
    {
        if (rows.Count == 0)
        {
            TreeRemoval.Remove(_parts);
            return;
        }

        Directory.CreateDirectory(_parts);
        using (
            ProgressPhase progress = diagnostics.Begin(
                "fetching",
                "packages",
                rows.Count,
                rows.Sum(static row => row.Size)
            )
        )
        {
            Workers.ForEach(
                rows,
                row =>
                {
                    FetchOne(row, stop);
                    progress.Add(1, row.Size);
                },
                stop,
                _source.Parallelism
            );
        }

        DurableFile.SyncFileSystem(_root);
        TreeRemoval.Remove(_parts);
    }

    private void FetchOne(IndexRow row, CancellationToken stop)
    {
        string place = _places.Prepare(row.Place!);
        if (FileStatus.Of(place) is { IsRegular: true } && HashedFile.Has(place, row.Size, row.Hash, stop))
        {
            // A run that did not come to its end brought it.
            return;
        }

        string part = Path.Combine(
            _parts,
            row.Hash + "-" + Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(row.Place!))
        );
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                bool wasBegun = Receive(row, part, out bool isRight, stop);
                if (isRight)
                {
                    DurableFile.RenameReplacing(part, place);
                    return;
                }

                File.Delete(part);
                if (!wasBegun)
                {
                    throw new UserErrorException(
                        $"{_source.Location} sends other bytes at {row.Url} than its index names for {row}; nothing is changed"
                    );
                }
            }
            catch (IOException) when (attempt < Attempts && File.Exists(part))
            {
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Receives what is missing of a package.</summary>
    /// <returns>Whether a part was there before, which may have been another package's.</returns>
    private bool Receive(IndexRow row, string part, out bool isRight, CancellationToken stop)
    {
        using FileStream file = new(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        long known = file.Length < row.Size ? file.Length : 0;
        using Stream body =
            _source.Open(row, known, out long begin)
            ?? throw new UserErrorException(
                $"{row} is in the index of {_source.Location}, but {row.Url} is not there; nothing is changed"
            );
        using Sha256Hasher hash = new();
        byte[] piece = new byte[(int)Math.Min(PieceSize, Math.Max(1, row.Size))];
        file.SetLength(begin);
        for (int read; (read = file.Read(piece)) > 0; )
        {
            hash.Append(piece.AsSpan(0, read));
        }

        using BoundedStream bounded = new(body, row.Size - begin);
        for (int read; (read = bounded.Read(piece)) > 0; )
        {
            stop.ThrowIfCancellationRequested();
            file.Write(piece, 0, read);
            hash.Append(piece.AsSpan(0, read));
        }

        isRight = file.Length == row.Size && hash.Finish() == row.Hash;
        File.SetUnixFileMode(file.SafeFileHandle, DurableFile.PublicMode);
        return begin > 0;
    }
}
