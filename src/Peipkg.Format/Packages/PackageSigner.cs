using System.Buffers;
using Peipkg.Format.Archive;
using Peipkg.Format.Compression;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Packages;

/// <summary>
/// Signs a finished package (§5.1): the result has the bytes that <see cref="PackageWriter"/> would have given with the
/// key. Whoever made the package is not trusted: it is verified whole, and nothing is signed that these tools would not
/// have written themselves.
/// </summary>
public static class PackageSigner
{
    private const int BufferSize = 1 << 17;

    /// <summary>Verifies and signs.</summary>
    /// <param name="package">The unsigned package from its beginning; read twice, so it must seek. Stays open.</param>
    /// <param name="output">Receives the signed package; after an exception what it holds must be thrown away.</param>
    /// <param name="key">Signs.</param>
    /// <param name="options">Workers.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <returns>The package as it was verified, without the signature.</returns>
    /// <exception cref="FormatViolationException">
    /// It breaks a rule, is signed already, or holds metadata that these tools do not write.
    /// </exception>
    /// <exception cref="IOException">It cannot be read, the output cannot be written, or it changed between the readings.</exception>
    public static VerifiedPackage Sign(
        Stream package,
        Stream output,
        SigningKey key,
        PackageWriteOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        VerifiedPackage verified = PackageVerifier.Verify(
            package,
            new PackageVerifyOptions { Edition = null },
            cancellation
        );
        if (verified.Signature is { } signature)
        {
            throw new FormatViolationException(
                "signature-present",
                PackageNames.Signature,
                $"the package is signed already, by the key {signature.KeyFingerprint.Grouped}"
            );
        }

        package.Position = 0;
        Write(package, verified, output, key, options ?? new PackageWriteOptions(), cancellation);
        return verified;
    }

    private static void Write(
        Stream package,
        VerifiedPackage verified,
        Stream output,
        SigningKey key,
        PackageWriteOptions options,
        CancellationToken cancellation
    )
    {
        byte[] metadata = Metadata(verified);
        long unsigned = verified.UncompressedSize - TarWriter.EndSize;
        long size =
            verified.UncompressedSize
            + TarWriter.EntrySize(
                PackageNames.SignatureBytes,
                SignatureEnvelope.WrittenSize,
                default,
                verified.Edition.Headers
            );
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using ZstdFrameReader source = new ZstdFrameReader(package);
            using ZstdFrameWriter frame = new ZstdFrameWriter(
                output,
                new CompressionPlan(size, verified.Files.Count),
                options.Workers
            );
            using Sha256Hasher signedBytes = new Sha256Hasher();
            var begin = new MetadataCheck(metadata);
            for (long position = 0; position < unsigned; )
            {
                cancellation.ThrowIfCancellationRequested();
                int count = source.Read(buffer.AsSpan(0, (int)Math.Min(BufferSize, unsigned - position)));
                if (count == 0)
                {
                    throw Changed();
                }

                begin.Take(buffer.AsSpan(0, count));
                frame.Write(buffer.AsSpan(0, count));
                signedBytes.Append(buffer.AsSpan(0, count));
                position += count;
            }

            if (signedBytes.Finish() != verified.SignedDigest)
            {
                throw Changed();
            }

            TarWriter tar = new TarWriter(
                frame,
                verified.Edition.Headers,
                signedBytes: null,
                verified.Manifest.Build.Timestamp.UnixSeconds
            );
            tar.WriteFile(PackageNames.SignatureBytes, SignatureEnvelope.Sign(key, verified.SignedDigest).Write());
            tar.WriteEnd();
            frame.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The archive's beginning as <see cref="PackageWriter"/> writes it.</summary>
    private static byte[] Metadata(VerifiedPackage verified)
    {
        using var content = new MemoryStream();
        TarWriter tar = new TarWriter(
            content,
            verified.Edition.Headers,
            signedBytes: null,
            verified.Manifest.Build.Timestamp.UnixSeconds
        );
        tar.WriteFile(PackageNames.ManifestBytes, Canonical(verified.ManifestBytes.Span));
        tar.WriteFile(PackageNames.FilesBytes, FilesDocument.Write(verified.Files));
        return content.ToArray();
    }

    /// <summary>The manifest as a producer of some edition writes it who knows all that it says.</summary>
    private static byte[] Canonical(ReadOnlySpan<byte> manifest)
    {
        foreach (Edition edition in Edition.All)
        {
            try
            {
                byte[] written = ManifestDocument.Write(
                    ManifestDocument.Read(manifest, ManifestSource.Author, edition),
                    edition
                );
                if (manifest.SequenceEqual(written))
                {
                    return written;
                }
            }
            catch (FormatViolationException)
            {
                // Another edition may know it.
            }
        }

        return [];
    }

    private static IOException Changed() => new("the package was changed while it was being signed");

    /// <summary>
    /// A reader passes over fields and entries that it does not know; a signature under them would vouch for what nobody
    /// has looked at.
    /// </summary>
    private sealed class MetadataCheck(byte[] expected)
    {
        private readonly byte[] _next = new byte[PackageNames.MetadataPrefix.Length];
        private int _position;
        private int _nextCount;

        internal void Take(ReadOnlySpan<byte> bytes)
        {
            int count = Math.Min(bytes.Length, expected.Length - _position);
            if (!bytes[..count].SequenceEqual(expected.AsSpan(_position, count)))
            {
                throw new FormatViolationException(
                    "metadata-canonical",
                    PackageNames.MetadataPrefix.TrimEnd('/'),
                    "manifest.json or files.json is not written as these tools write it, or says more than they know; it is not signed"
                );
            }

            _position += count;
            ReadOnlySpan<byte> next = bytes[count..];
            next = next[..Math.Min(next.Length, _next.Length - _nextCount)];
            next.CopyTo(_next.AsSpan(_nextCount));
            _nextCount += next.Length;
            if (
                _nextCount == _next.Length
                && !next.IsEmpty
                && System.Text.Encoding.ASCII.GetString(_next) == PackageNames.MetadataPrefix
            )
            {
                throw new FormatViolationException(
                    "metadata-unknown",
                    PackageNames.MetadataPrefix.TrimEnd('/'),
                    "the package holds metadata that these tools do not know; it is not signed"
                );
            }
        }
    }
}
