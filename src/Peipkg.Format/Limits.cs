namespace Peipkg.Format;

/// <summary>
/// Every bound a reader enforces and a producer refuses to exceed (§3.2.8, §3.5.4). A consumer must process whatever
/// stays within them and reject whatever does not, so none of them is an option of the tools.
/// </summary>
public static class Limits
{
    /// <summary>Payload entries of one package: files, directories and symlinks together.</summary>
    public const int PayloadEntries = 100_000;

    /// <summary>Bytes of <c>.peipkg/manifest.json</c>: 16 MiB.</summary>
    public const int ManifestBytes = 16 << 20;

    /// <summary>Bytes of <c>.peipkg/files.json</c>: 64 MiB.</summary>
    public const int FilesBytes = 64 << 20;

    /// <summary>Bytes of a signature envelope: 64 KiB.</summary>
    public const int SignatureBytes = 64 << 10;

    /// <summary>UTF-8 bytes of one path component.</summary>
    public const int PathComponentBytes = 255;

    /// <summary>UTF-8 bytes of a complete path or symlink target.</summary>
    public const int PathBytes = 4096;

    /// <summary>Components of a path.</summary>
    public const int PathComponents = 256;

    /// <summary>Entries of <c>dependencies</c>; the same bound holds for the three arrays below.</summary>
    public const int Dependencies = 10_000;

    /// <summary>Entries of <c>optional_dependencies</c>.</summary>
    public const int OptionalDependencies = 10_000;

    /// <summary>Entries of <c>conflicts</c>.</summary>
    public const int Conflicts = 10_000;

    /// <summary>Entries of <c>provides</c>.</summary>
    public const int Provides = 10_000;

    /// <summary>Entries of <c>replaces</c>.</summary>
    public const int Replaces = 1_000;

    /// <summary>Entries of <c>sd_overrides</c>.</summary>
    public const int SdOverrides = 100_000;

    /// <summary>Decoded bytes of one security descriptor: 64 KiB.</summary>
    public const int SecurityDescriptorBytes = 64 << 10;

    /// <summary>Slots of one <c>claims</c>.</summary>
    public const int ClaimSlots = 64;

    /// <summary>UTF-8 bytes of the message of an <c>alternate_upgrade</c>.</summary>
    public const int AlternateUpgradeBytes = 1024;

    /// <summary>Levels of nesting in any JSON document.</summary>
    public const int JsonDepth = 64;

    /// <summary>Uncompressed bytes of any package, whatever it declares: 4 GiB.</summary>
    public const long UncompressedBytes = 4L << 30;

    /// <summary>Uncompressed bytes a package may hold beyond its <c>size_installed</c>: 320 MiB.</summary>
    public const long UncompressedOverhead = 320L << 20;

    /// <summary>Compressed bytes a package file may have beyond what its index says, as a part of that: one in a hundred.</summary>
    public const long CompressedTolerancePart = 100;

    /// <summary>Compressed bytes a package file may have beyond what its index says, at most: 16 MiB.</summary>
    public const long CompressedTolerance = 16L << 20;

    /// <summary>
    /// Unix seconds of the last moment that eleven octal digits hold, 2242-03-16T12:56:31Z: no archive entry can have a
    /// later time (§3.1.4).
    /// </summary>
    public const long ArchiveTime = (1L << 33) - 1;

    /// <summary>
    /// Bytes of a repository descriptor or key list: 16 MiB, as for manifests. §6.1 names no bound; a document this
    /// library cannot hold at once must not be tried.
    /// </summary>
    public const int DescriptorBytes = 16 << 20;

    /// <summary>Bytes of one index: 1 GiB, fifty times the size §6.3 expects of a large repository.</summary>
    public const int IndexBytes = 1 << 30;

    /// <summary>Bytes of a key file in any accepted encoding: 64 KiB.</summary>
    public const int KeyFileBytes = 64 << 10;

    /// <summary>Bytes of an attestation beside a package, and of what it holds: 1 MiB.</summary>
    public const int AttestationBytes = 1 << 20;

    /// <summary>Bytes of the verdict of one rebuild: 256 KiB, which names a thousand packages of a root.</summary>
    public const int VerdictBytes = 256 << 10;

    /// <summary>Bytes of all verdicts beside a package: 4 MiB.</summary>
    public const int VerdictsBytes = 4 << 20;

    /// <summary>Bytes of a bill of materials beside a package: 256 MiB, twice what the most files with usual names take.</summary>
    public const int BillBytes = 256 << 20;

    /// <summary>
    /// Log2 of the largest zstd window a reader grants: 128 MiB, the format's own default for decoders. Packages are
    /// written with half of it at most.
    /// </summary>
    public const int ZstdWindowLog = 27;
}
