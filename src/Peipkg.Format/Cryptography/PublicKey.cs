using NSec.Cryptography;

namespace Peipkg.Format.Cryptography;

/// <summary>An Ed25519 public key (RFC 8032, §5.2): 32 bytes, named by its <see cref="Fingerprint"/>.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    private readonly NSec.Cryptography.PublicKey _key;

    static PublicKey() => SodiumLibrary.Register();

    internal PublicKey(NSec.Cryptography.PublicKey key)
    {
        _key = key;
        Fingerprint = Fingerprint.Of(key.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>The key's identity (§5.2.3).</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>Reads a public key file: 32 raw bytes or PEM <c>PUBLIC KEY</c>.</summary>
    /// <param name="content">The whole file, at most <see cref="Limits.KeyFileBytes"/>.</param>
    /// <param name="fileName">The name that errors carry.</param>
    /// <exception cref="KeyFileException">The file holds no Ed25519 public key.</exception>
    public static PublicKey Load(ReadOnlySpan<byte> content, string fileName)
    {
        byte[] raw = KeyEncoding.ReadPublic(content, fileName);
        return NSec.Cryptography.PublicKey.TryImport(
            SignatureAlgorithm.Ed25519,
            raw,
            KeyBlobFormat.RawPublicKey,
            out var key
        )
            ? new PublicKey(key!)
            : throw new KeyFileException($"{fileName}: the 32 bytes are not a point of the Ed25519 curve.");
    }

    /// <summary>The 32 raw bytes.</summary>
    public byte[] ExportRaw() => _key.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>PEM <c>PUBLIC KEY</c> with LF line ends, the form the tools publish.</summary>
    public byte[] ExportPem() => PemText.Normalise(_key.Export(KeyBlobFormat.PkixPublicKeyText));

    /// <summary>Whether <paramref name="signature"/> is this key's over exactly <paramref name="data"/>.</summary>
    /// <param name="data">What was signed: a 32-byte SHA-256 digest, or an attestation's envelope.</param>
    /// <param name="signature">64 bytes; any other length does not verify.</param>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureAlgorithm.Ed25519.SignatureSize
        && SignatureAlgorithm.Ed25519.Verify(_key, data, signature);

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && other.Fingerprint == Fingerprint;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();
}
