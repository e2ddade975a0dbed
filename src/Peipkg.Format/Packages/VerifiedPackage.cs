using Peipkg.Format.Archive;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>A package that was read to its last byte and found whole.</summary>
public sealed record VerifiedPackage
{
    internal VerifiedPackage() { }

    /// <summary>The edition by whose rules the manifest was read.</summary>
    public required Edition Edition { get; init; }

    /// <summary>The manifest.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The manifest's own bytes, with all that this library does not know.</summary>
    public required ReadOnlyMemory<byte> ManifestBytes { get; init; }

    /// <summary>The content of files.json, each hash of which was checked.</summary>
    public required IReadOnlyList<FilesEntry> Files { get; init; }

    /// <summary>The payload entries in the archive's order.</summary>
    public required IReadOnlyList<PackageEntry> Entries { get; init; }

    /// <summary>The forms of the archive's headers, in the order of their first entries.</summary>
    public required IReadOnlyList<HeaderFormMet> HeaderForms { get; init; }

    /// <summary>The signature; null when the package is unsigned.</summary>
    public required SignatureEnvelope? Signature { get; init; }

    /// <summary>The trusted key that made the signature; null when no keys were given or the package is unsigned.</summary>
    public required PublicKey? Signer { get; init; }

    /// <summary>What a signature of this package covers: the digest of the archive before it (§5.1.2).</summary>
    public required Sha256Digest SignedDigest { get; init; }

    /// <summary>The digest of the file (§3.5.2).</summary>
    public required Sha256Digest PackageHash { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long CompressedSize { get; init; }

    /// <summary>Bytes of the archive inside.</summary>
    public required long UncompressedSize { get; init; }
}
