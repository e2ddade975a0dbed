using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Repo.Indexing;

/// <summary>
/// One package of an index: what publishing decides by, and the entry's canonical bytes, which stand alike in the active
/// and the archive index and pass from one generation to the next unchanged.
/// </summary>
/// <remarks>
/// An archive of 100,000 entries is kept as rows over the document's own bytes; the parsed entries would take several
/// times the memory and writing them again most of the time.
/// </remarks>
internal sealed class IndexRow(
    PackageName name,
    PackageVersion version,
    Architecture architecture,
    string url,
    long size,
    Sha256Digest hash,
    ReadOnlyMemory<byte> json
)
{
    /// <summary>By name, then version from high to low, then spelling and architecture: the archive's order (§6.3).</summary>
    internal static IComparer<IndexRow> ArchiveOrder { get; } = Comparer<IndexRow>.Create(Compare);

    internal PackageName Name { get; } = name;

    internal PackageVersion Version { get; } = version;

    internal Architecture Architecture { get; } = architecture;

    internal string Url { get; } = url;

    /// <summary>Bytes of the package file.</summary>
    internal long Size { get; } = size;

    /// <summary>Digest of the package file.</summary>
    internal Sha256Digest Hash { get; } = hash;

    /// <summary>The entry as it stands in a document.</summary>
    internal ReadOnlyMemory<byte> Json { get; } = json;

    /// <summary>The conventional file name.</summary>
    internal string FileName => PackageFileName.Compose(Name, Version, Architecture);

    /// <summary>Whether both are the same package: name, version as spelled, and architecture.</summary>
    internal bool IsSamePackage(IndexRow other) =>
        Name == other.Name && Version == other.Version && Architecture == other.Architecture;

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
