using Peipkg.Format.Archive;
using Peipkg.Format.Compression;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Packages;

/// <summary>Whether a package's signature is the one that is asked for (§5.3).</summary>
internal static class SignatureJudgement
{
    /// <summary>Judges a signature.</summary>
    /// <param name="signature">The package's signature; null when it is unsigned.</param>
    /// <param name="digest">The digest of what it must sign.</param>
    /// <param name="options">Whose signature is asked for.</param>
    /// <returns>The trusted key that made it; null when none is asked for.</returns>
    /// <exception cref="FormatViolationException">It is not the signature that is asked for.</exception>
    internal static PublicKey? Judge(SignatureEnvelope? signature, Sha256Digest digest, PackageVerifyOptions options)
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
                "the signature does not fit the package's content; it was altered after the key "
                    + $"{key.Fingerprint.Grouped} signed it, or never signed by it"
            );
    }

    /// <summary>
    /// Judges the signature of a package that is broken elsewhere, since a signature comes before everything inside
    /// (PSPU 5.26): what was altered after signing is called that.
    /// </summary>
    /// <param name="package">The package from its beginning.</param>
    /// <param name="options">Whose signature is asked for.</param>
    /// <exception cref="FormatViolationException">It is not the signature that is asked for.</exception>
    internal static void JudgeBroken(Stream package, PackageVerifyOptions options)
    {
        SignatureEnvelope? signature;
        using Sha256Hasher signedBytes = new Sha256Hasher();
        try
        {
            using ZstdFrameReader frame = new ZstdFrameReader(package);
            using TarBlocks blocks = new TarBlocks(frame);
            blocks.Limit = Math.Min(options.MaxUncompressed, Limits.UncompressedBytes);
            signature = Find(blocks, signedBytes);
        }
        catch (FormatViolationException)
        {
            // It is broken where the signature would be looked for, and what was found first says so.
            return;
        }

        Judge(signature, signedBytes.Finish(), options);
    }

    /// <summary>Looks for the signature, believing nothing but the sizes of entries.</summary>
    private static SignatureEnvelope? Find(TarBlocks blocks, Sha256Hasher signedBytes)
    {
        byte[] block = new byte[TarHeader.Size];
        while (true)
        {
            blocks.ReadExactly(block);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                return null;
            }

            if (
                !TarHeaderReader.ChecksumFits(block)
                || !TarHeaderReader.TryReadOctal(TarHeader.ContentSize.In(block), out long size)
            )
            {
                throw new FormatViolationException("tar-header", TarBlocks.At(blocks.Position), "no header is here");
            }

            if (TarHeaderReader.ReadName(block).SequenceEqual(PackageNames.SignatureBytes))
            {
                byte[] document = new byte[Math.Min(size, Limits.SignatureBytes)];
                blocks.ReadExactly(document);
                return SignatureEnvelope.Read(document);
            }

            signedBytes.Append(block);
            for (long left = TarHeader.Padded(size); left > 0; )
            {
                ReadOnlySpan<byte> piece = blocks.Read(left);
                signedBytes.Append(piece);
                left -= piece.Length;
            }
        }
    }
}
