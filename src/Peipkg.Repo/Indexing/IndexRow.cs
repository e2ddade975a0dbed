using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// One package of an index: its entry, and the bytes in which the entry stands there. The bytes pass from one generation to
/// the next unchanged, with every member that this program does not know.
/// </summary>
/// <param name="entry">The entry, held to every rule of §6.2.</param>
/// <param name="json">The bytes that say it.</param>
internal sealed class IndexRow(IndexEntry entry, ReadOnlyMemory<byte> json)
{
    /// <summary>By name, then version from high to low, then spelling and architecture: the archive's order (§6.3).</summary>
    internal static IComparer<IndexRow> ArchiveOrder { get; } = Comparer<IndexRow>.Create(Compare);

    internal IndexEntry Entry { get; } = entry;

    /// <summary>The entry as it stands in a document.</summary>
    internal ReadOnlyMemory<byte> Json { get; } = json;

    internal PackageName Name => Entry.Name;

    internal PackageVersion Version => Entry.Version;

    internal Architecture Architecture => Entry.Architecture;

    internal PackageIdentity Identity => new(Name, Version, Architecture);

    internal string Url => Entry.Url;

    /// <summary>Bytes of the package file.</summary>
    internal long Size => Entry.SizeCompressed;

    /// <summary>Digest of the package file.</summary>
    internal Sha256Digest Hash => Entry.Hash;

    /// <summary>The conventional file name.</summary>
    internal string FileName => PackageFileName.Compose(Name, Version, Architecture);

    /// <summary>Where the package lies below the repository's root; null when its URL leads elsewhere.</summary>
    internal string? Place => RepositoryLayout.PackagePath(Url);

    /// <summary>Where the package browser's document of the package lies below the root.</summary>
    internal string DetailsPlace => RepositoryLayout.DetailsPath(Name, Version, Architecture);

    /// <summary>Whether files and directories can have the names of the package and its version.</summary>
    internal bool HasPossibleNames => FileName.Length <= Limits.PathComponentBytes;

    /// <summary>The row of an entry that is new, in canonical bytes.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="edition">The repository's edition; null for the default one.</param>
    /// <exception cref="FormatViolationException">No consumer would take the entry.</exception>
    internal static IndexRow Of(IndexEntry entry, Edition? edition = null) =>
        new(entry, IndexDocument.WriteEntry(entry, edition));

    /// <summary>Whether consumers may be offered it.</summary>
    internal bool IsOffered => Entry.Withdrawn is null;

    /// <summary>The row with a mark that the package is no longer offered; the rest of its bytes stay.</summary>
    /// <exception cref="InvalidOperationException">It has such a mark.</exception>
    internal IndexRow Withdraw(Withdrawal withdrawal) =>
        IsOffered
            ? new(Entry with { Withdrawn = withdrawal }, (byte[])[.. Json.Span[..^1], .. withdrawal.Ending()])
            : throw new InvalidOperationException($"{this} is withdrawn already.");

    /// <summary>The row without the mark.</summary>
    /// <param name="edition">The repository's edition.</param>
    /// <exception cref="InvalidOperationException">It has no mark.</exception>
    internal IndexRow TakeBack(Edition edition)
    {
        Withdrawal mark = Entry.Withdrawn ?? throw new InvalidOperationException($"{this} is not withdrawn.");
        IndexEntry offered = Entry with { Withdrawn = null };
        byte[] ending = mark.Ending();
        return Json.Span.EndsWith(ending)
            ? new IndexRow(offered, (byte[])[.. Json.Span[..^ending.Length], (byte)'}'])
            : Of(offered, edition);
    }

    /// <summary>Whether both are the same package: name, version as spelled, and architecture.</summary>
    internal bool IsSamePackage(IndexRow other) => Identity == other.Identity;

    /// <summary>Whether both say the same, however it is written.</summary>
    internal bool SaysTheSame(IndexRow other) =>
        Json.Span.SequenceEqual(other.Json.Span) || (IsSamePackage(other) && Entry.SaysTheSame(other.Entry));

    /// <summary>The package in words: <c>nginx 1.26.2-3 x86_64</c>.</summary>
    public override string ToString() => $"{Name} {Version} {Architecture}";

    private static int Compare(IndexRow? a, IndexRow? b)
    {
        int order = a!.Name.CompareTo(b!.Name);
        order = order != 0 ? order : PackageVersion.Compare(b.Version, a.Version);
        order = order != 0 ? order : string.CompareOrdinal(a.Version.Text, b.Version.Text);
        return order != 0 ? order : string.CompareOrdinal(a.Architecture.Text, b.Architecture.Text);
    }
}
