using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Verifying;

namespace Peipkg.Repo.Mirroring;

/// <summary>A whole copy as an earlier run left it.</summary>
internal sealed class MirrorCopy
{
    private readonly string _root;
    private readonly Dictionary<string, Sha256Digest> _placed;

    private MirrorCopy(string root, RepositorySnapshot? snapshot, VerifiedDocuments? documents)
    {
        _root = root;
        Snapshot = snapshot;
        Archive = documents?.Archive;
        _placed = (Archive?.Rows ?? [])
            .Where(static row => row.Place is not null)
            .ToDictionary(static row => row.Place!, static row => row.Hash, StringComparer.Ordinal);
    }

    /// <summary>Its documents; null when there are none yet.</summary>
    internal RepositorySnapshot? Snapshot { get; }

    /// <summary>What it holds; null when that cannot be read.</summary>
    internal IndexSheet? Archive { get; }

    /// <summary>The places of its packages.</summary>
    internal IEnumerable<string> Places => _placed.Keys;

    /// <summary>Reads a directory.</summary>
    /// <param name="root">The directory; it may be missing.</param>
    /// <exception cref="UserErrorException">It holds something else than a whole copy that this command made.</exception>
    internal static MirrorCopy Read(string root)
    {
        bool isMirror = File.Exists(Path.Combine(root, RepositoryLayout.MirrorMark));
        if (!isMirror && Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any(IsForeign))
        {
            throw new UserErrorException(
                $"{root} is not empty and no whole mirror that this command made, and mirroring would replace what it holds; give another "
                    + "directory"
            );
        }

        if (!isMirror || !File.Exists(Path.Combine(root, RepositoryLayout.Descriptor)))
        {
            return new MirrorCopy(root, null, null);
        }

        RepositorySnapshot snapshot = RepositorySnapshot.Read(root);
        return new MirrorCopy(
            root,
            snapshot,
            DocumentVerification.ReadIndexes(snapshot, snapshot.Edition, new VerificationFindings())
        );
    }

    /// <summary>Makes the directory a mirror's, before anything else comes into it.</summary>
    internal static void Mark(string root, string address) =>
        DurableFile.Write(Path.Combine(root, RepositoryLayout.MirrorMark), Encoding.UTF8.GetBytes(address + "\n"));

    /// <summary>
    /// The keys of which one must have signed: those that the operator trusts, and, where the copy's descriptor lists one of
    /// them, the others that it lists. So a change of keys is followed as consumers follow it.
    /// </summary>
    internal IReadOnlyList<Fingerprint> Anchors(IReadOnlyList<Fingerprint> trusted, Timestamp now)
    {
        if (Snapshot is null)
        {
            return trusted;
        }

        try
        {
            Descriptor descriptor = DescriptorDocument.Read(Snapshot.Descriptor.Content);
            Fingerprint[] listed =
            [
                .. descriptor.Keys.Where(key => key.VerifiesAt(now)).Select(static key => key.Fingerprint),
            ];
            return descriptor.Keys.Any(key => trusted.Contains(key.Fingerprint)) ? [.. trusted.Union(listed)] : trusted;
        }
        catch (FormatViolationException)
        {
            return trusted;
        }
    }

    /// <summary>Whether the copy has a package's file, which was verified when it came.</summary>
    internal bool Has(IndexRow row) =>
        _placed.TryGetValue(row.Place!, out Sha256Digest hash)
        && hash == row.Hash
        && FileStatus.Of(Path.Combine(_root, row.Place!)) is { IsRegular: true } file
        && file.Size == row.Size;

    /// <summary>Refuses what goes back, or says something else of the same generation.</summary>
    /// <exception cref="UserErrorException">It does.</exception>
    internal void RefuseRollback(string location, RepositorySnapshot fetched, IndexSheet archive)
    {
        if (Archive is not { } present)
        {
            return;
        }

        string? problem =
            archive.IndexVersion < present.IndexVersion
                ? $"serves index_version {archive.IndexVersion}, and the mirror has {present.IndexVersion}: an old state is being served"
            : archive.GeneratedAt.CompareTo(present.GeneratedAt) < 0
                ? $"serves indexes of {archive.GeneratedAt}, and the mirror has those of {present.GeneratedAt}"
            : archive.IndexVersion == present.IndexVersion && !SaysTheSame(fetched)
                ? $"serves other indexes with index_version {archive.IndexVersion} than the mirror has"
            : null;
        if (problem is not null)
        {
            throw new UserErrorException($"{location} {problem}; nothing is changed");
        }
    }

    /// <summary>Whether all documents are those of the copy.</summary>
    internal bool SaysTheSame(RepositorySnapshot fetched) =>
        Snapshot is { } present
        && present.Descriptor.HasSameBytes(fetched.Descriptor)
        && present.Active.HasSameBytes(fetched.Active)
        && present.Archive.HasSameBytes(fetched.Archive);

    // An empty directory for a mirror may hold the lock of the run before.
    private static bool IsForeign(string path) =>
        Path.GetFileName(path) is not (RepositoryLayout.LockFile or "lost+found");
}
