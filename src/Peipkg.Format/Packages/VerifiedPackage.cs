using Peipkg.Format.Cryptography;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>A package that was read to its last byte and found whole.</summary>
public sealed class VerifiedPackage
{
    internal VerifiedPackage(
        Manifest manifest,
        IReadOnlyList<FilesEntry> files,
        IReadOnlyList<PackageEntry> entries,
        SignatureEnvelope? signature,
        PublicKey? signer,
        Sha256Digest signedDigest,
        Sha256Digest packageHash,
        long compressedSize,
        long uncompressedSize
    )
    {
        Manifest = manifest;
        Files = files;
        Entries = entries;
        Signature = signature;
        Signer = signer;
        SignedDigest = signedDigest;
        PackageHash = packageHash;
        CompressedSize = compressedSize;
        UncompressedSize = uncompressedSize;
    }

    /// <summary>The manifest.</summary>
    public Manifest Manifest { get; }

    /// <summary>The content of files.json, each hash of which was checked.</summary>
    public IReadOnlyList<FilesEntry> Files { get; }

    /// <summary>The payload entries in the archive's order.</summary>
    public IReadOnlyList<PackageEntry> Entries { get; }

    /// <summary>The signature; null when the package is unsigned.</summary>
    public SignatureEnvelope? Signature { get; }

    /// <summary>The trusted key that made the signature; null when no keys were given or the package is unsigned.</summary>
    public PublicKey? Signer { get; }

    /// <summary>What a signature of this package covers: the digest of the archive in front of it (§5.1.2).</summary>
    public Sha256Digest SignedDigest { get; }

    /// <summary>The digest of the file (§3.5.2).</summary>
    public Sha256Digest PackageHash { get; }

    /// <summary>Bytes of the file.</summary>
    public long CompressedSize { get; }

    /// <summary>Bytes of the archive inside.</summary>
    public long UncompressedSize { get; }
}
