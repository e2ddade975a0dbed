using Peipkg.Format.Archive;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Packages;

/// <summary>
/// Verifies a package in one pass (§3.5.3, §5.3): container, order and shape of every entry, both metadata documents,
/// every file's hash, the signature. Memory depends on the number of entries, never on their content.
/// </summary>
public static class PackageVerifier
{
    /// <summary>Reads the package to its end.</summary>
    /// <param name="package">The file's bytes from their beginning; stays open.</param>
    /// <param name="options">Whose signature must be there, if any.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>What the package holds.</returns>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the entry it is broken in.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static VerifiedPackage Verify(
        Stream package,
        PackageVerifyOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        options ??= new PackageVerifyOptions();
        using HashingReadStream compressed = new HashingReadStream(package);
        using ZstdFrameReader frame = new ZstdFrameReader(compressed);
        using Sha256Hasher signedBytes = new Sha256Hasher();
        using TarReader tar = new TarReader(frame, signedBytes);
        var reading = new PackageReading(
            tar,
            Math.Min(options.MaxUncompressed, Limits.UncompressedBytes),
            options.Receiver,
            cancellation
        );
        reading.Run();

        Sha256Digest signedDigest = signedBytes.Finish();
        PublicKey? signer = JudgeSignature(reading.Signature, signedDigest, options);
        long size = compressed.Count;
        return new VerifiedPackage(
            reading.Manifest,
            reading.Files,
            reading.Entries,
            reading.Signature,
            signer,
            signedDigest,
            compressed.Finish(),
            size,
            tar.Produced
        );
    }

    private static PublicKey? JudgeSignature(
        SignatureEnvelope? signature,
        Sha256Digest digest,
        PackageVerifyOptions options
    )
    {
        if (signature is null)
        {
            return !options.RequireSignature
                ? null
                : throw new FormatViolationException(
                    "signature-missing",
                    PackageNames.Signature,
                    "the package is not signed, and a signature is required"
                );
        }

        if (options.TrustedKeys is null)
        {
            return null;
        }

        PublicKey? key = options.TrustedKeys.FirstOrDefault(k => k.Fingerprint == signature.KeyFingerprint);
        if (key is null)
        {
            throw new FormatViolationException(
                "signature-key",
                PackageNames.Signature,
                $"the package is signed by the key {signature.KeyFingerprint.Grouped}, which is none of the trusted ones"
            );
        }

        return signature.Verifies(key, digest)
            ? key
            : throw new FormatViolationException(
                "signature-invalid",
                PackageNames.Signature,
                $"the signature does not fit the package's content; it was altered after the key {key.Fingerprint.Grouped} signed it, or never signed by it"
            );
    }
}
