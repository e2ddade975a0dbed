using System.Security.Cryptography;
using NSec.Cryptography;
using Peipkg.Posix.Memory;

namespace Peipkg.Format.Cryptography;

/// <summary>An Ed25519 private key (RFC 8032, §5.2). Its seed lives in locked memory until it is disposed.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly Key _key;

    static SigningKey() => SodiumLibrary.Register();

    private SigningKey(Key key)
    {
        _key = key;
        PublicKey = new PublicKey(key.PublicKey);
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Reads a private key file: 32 raw bytes (the seed) or PEM PKCS#8 <c>PRIVATE KEY</c>.</summary>
    /// <param name="content">The whole file, at most <see cref="Limits.KeyFileBytes"/>.</param>
    /// <param name="fileName">The name that errors carry.</param>
    /// <exception cref="KeyFileException">The file holds no plain Ed25519 private key.</exception>
    public static SigningKey Load(ReadOnlySpan<byte> content, string fileName)
    {
        byte[] seed = KeyEncoding.ReadPrivate(content, fileName);
        try
        {
            return new SigningKey(
                Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable)
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Makes a new key from the system's random source.</summary>
    /// <exception cref="IOException">The kernel gives no random bytes.</exception>
    public static SigningKey Generate()
    {
        // .NET's random source needs OpenSSL, which a machine may lack.
        Span<byte> seed = stackalloc byte[SignatureAlgorithm.Ed25519.PrivateKeySize];
        try
        {
            KernelRandom.Fill(seed);
            return new SigningKey(
                Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable)
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>PEM PKCS#8 <c>PRIVATE KEY</c> with LF line ends. The caller writes it where only its owner reads.</summary>
    public byte[] ExportPem() => PemText.Normalise(_key.Export(KeyBlobFormat.PkixPrivateKeyText));

    /// <summary>Signs; the same data gives the same 64 bytes (RFC 8032 §5.1.6).</summary>
    /// <param name="data">What to sign: a 32-byte SHA-256 digest, or an attestation's envelope, which is longer and so is never taken for one.</param>
    public byte[] Sign(ReadOnlySpan<byte> data) => SignatureAlgorithm.Ed25519.Sign(_key, data);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
