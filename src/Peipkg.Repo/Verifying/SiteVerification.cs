using System.Buffers;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;

namespace Peipkg.Repo.Verifying;

/// <summary>
/// Holds the package browser to the generation it shows. Nothing of it is signed, but the same generation always gives the
/// same bytes, so whatever differs was lost, damaged or put there by somebody else.
/// </summary>
internal static class SiteVerification
{
    private const string Rewrite = "publish again, with or without new packages, which writes it anew";

    /// <summary>Checks the pages, and what their script reads, but for the documents beside packages.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="snapshot">Its documents.</param>
    /// <param name="active">Its active index.</param>
    /// <param name="archive">Its archive index.</param>
    /// <param name="findings">Receives the problems.</param>
    internal static void Run(
        string root,
        RepositorySnapshot snapshot,
        IndexSheet active,
        IndexSheet archive,
        VerificationFindings findings
    )
    {
        HashSet<string> strange = [.. SiteLayout.FilesIn(root)];
        string[] suffixes = CompressedCopies.AreIn(root) ? [.. RepositoryLayout.CopySuffixes] : [];
        ArrayBufferWriter<byte> buffer = new();
        foreach (SiteFile file in PagesOf(root, snapshot, active, archive))
        {
            strange.Remove(file.Path);
            buffer.ResetWrittenCount();
            file.Write(buffer);
            string place = Path.Combine(root, file.Path);
            if (FileStatus.Of(place) is not { IsRegular: true })
            {
                findings.Note(
                    "site-page",
                    file.Path,
                    $"{file.Path}: this file of the package browser is missing",
                    Rewrite
                );
            }
            else if (!SiteFile.Holds(place, buffer.WrittenSpan))
            {
                findings.Note(
                    "site-page",
                    file.Path,
                    $"{file.Path}: this is not what the package browser shows of this generation",
                    Rewrite
                );
            }

            foreach (string suffix in suffixes)
            {
                string copy = file.Path + suffix;
                strange.Remove(copy);
                if (!CompressedCopies.IsCopy(Path.Combine(root, copy), suffix, buffer.WrittenSpan))
                {
                    findings.Note(
                        "site-page",
                        copy,
                        $"{copy}: this is no compressed copy of what the package browser shows of this generation",
                        Rewrite
                    );
                }
            }
        }

        foreach (string path in strange.Order(StringComparer.Ordinal))
        {
            findings.Note(
                "site-page",
                path,
                $"{path}: the package browser has no such file",
                "remove it; the next publish does so, too"
            );
        }
    }

    /// <summary>Checks the document beside a package that was read.</summary>
    /// <returns>Null when it is as it should be.</returns>
    internal static VerificationFinding? CheckDetails(string root, IndexRow row, VerifiedPackage package)
    {
        string path = row.DetailsPlace;
        string place = Path.Combine(root, path);
        const string remedy = "remove it, publish with --no-site, then without";
        ReadOnlySpan<byte> expected = PackageDetails.Write(row, package, PackageDetails.SiblingsOf(root, row)).Span;
        return FileStatus.Of(place) is not { IsRegular: true }
                ? new VerificationFinding(
                    "site-details",
                    path,
                    $"{path}: the package browser's document of {row} is missing",
                    remedy
                )
            : !SiteFile.Holds(place, expected)
                ? new VerificationFinding("site-details", path, $"{path}: it does not tell what is in {row}", remedy)
            : null;
    }

    private static SiteFile[] PagesOf(string root, RepositorySnapshot snapshot, IndexSheet active, IndexSheet archive)
    {
        try
        {
            Descriptor descriptor = DescriptorDocument.Read(snapshot.Descriptor.Content);
            Fingerprint signer = SignatureEnvelope.Read(snapshot.Descriptor.Signature).KeyFingerprint;
            return
            [
                .. FileIndex
                    .Of(active.Rows)
                    .Select(shard => new SiteFile(
                        shard.Path,
                        output => shard.Write(output, row => PackageDetails.TryFind(root, row))
                    )),
                .. SiteWriter.Write(
                    new SiteContent(
                        descriptor,
                        signer,
                        archive.IndexVersion,
                        archive.GeneratedAt,
                        active.Rows,
                        archive.Rows,
                        RetentionRecord.Read(root)
                    )
                ),
            ];
        }
        catch (FormatViolationException)
        {
            // A failure already; without its documents nobody knows what the pages should show.
            return [];
        }
    }
}
