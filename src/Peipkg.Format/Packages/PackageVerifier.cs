using Peipkg.Format.Archive;
using Peipkg.Format.Compression;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Packages;

/// <summary>
/// Verifies a package in one pass (§3.5.3, §5.3, PSPU 5.26): container, order and shape of every entry, both metadata
/// documents, every file's hash, the signature. Memory depends on the number of entries, never on their content.
/// </summary>
/// <remarks>
/// Where a package is broken in several ways, the refusal names the first of: the file's digest, the signature, the container,
/// the manifest, the files. Layout is judged separately (<see cref="PackageJudgement"/>).
/// </remarks>
public static class PackageVerifier
{
    /// <summary>Reads the package to its end.</summary>
    /// <param name="package">The file's bytes from their beginning; stays open.</param>
    /// <param name="options">Edition, bounds, and whose signature must be there, if any.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>What the package holds.</returns>
    /// <exception cref="FormatViolationException">The rule that is broken, with the entry it is broken in.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static VerifiedPackage Verify(
        Stream package,
        PackageVerifyOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        options ??= new PackageVerifyOptions();
        long start = package.CanSeek ? package.Position : -1;
        using HashingReadStream compressed = new HashingReadStream(
            package,
            options.Expected?.MaxCompressed ?? long.MaxValue
        );
        using ZstdFrameReader frame = new ZstdFrameReader(compressed);
        using Sha256Hasher signedBytes = new Sha256Hasher();
        using TarBlocks blocks = new TarBlocks(frame);
        TarReader tar = new TarReader(blocks, signedBytes);
        var reading = new PackageReading(blocks, tar, options, cancellation);
        try
        {
            reading.Run();
        }
        catch (FormatViolationException)
        {
            JudgeWhatComesFirst(package, start, compressed, options, cancellation);
            throw;
        }

        long size = compressed.Count;
        Sha256Digest hash = compressed.Finish();
        RequireExpected(hash, size, options.Expected);
        Sha256Digest signedDigest = signedBytes.Finish();
        return new VerifiedPackage
        {
            Edition = reading.Edition,
            Manifest = reading.Manifest,
            ManifestBytes = reading.ManifestBytes,
            Files = reading.Files,
            Entries = reading.Entries,
            HeaderForms = tar.Forms,
            Signature = reading.Signature,
            Signer = SignatureJudgement.Judge(reading.Signature, signedDigest, options),
            SignedDigest = signedDigest,
            PackageHash = hash,
            CompressedSize = size,
            UncompressedSize = blocks.Produced,
        };
    }

    private static void JudgeWhatComesFirst(
        Stream package,
        long start,
        HashingReadStream compressed,
        PackageVerifyOptions options,
        CancellationToken cancellation
    )
    {
        if (options.Expected is not null)
        {
            byte[] buffer = new byte[1 << 16];
            while (compressed.Read(buffer) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            long size = compressed.Count;
            RequireExpected(compressed.Finish(), size, options.Expected);
        }

        if (start >= 0 && (options.RequireSignature || options.TrustedKeys is not null))
        {
            package.Position = start;
            SignatureJudgement.JudgeBroken(package, options);
        }
    }

    private static void RequireExpected(Sha256Digest hash, long size, ExpectedPackage? expected)
    {
        if (expected is not null && (hash != expected.Hash || size != expected.SizeCompressed))
        {
            throw new FormatViolationException(
                "package-hash",
                "the file",
                hash != expected.Hash
                    ? $"its SHA-256 is {hash}, the index says {expected.Hash}; fetch it again"
                    : $"it has {size} bytes, the index says {expected.SizeCompressed}"
            );
        }
    }
}
