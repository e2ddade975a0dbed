using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;

namespace Peipkg.Repo.Auditing;

/// <summary>Looks into published packages: by the document beside a package where there is one, else by reading it whole.</summary>
/// <param name="root">The repository.</param>
/// <param name="stop">Ends the reading early.</param>
internal sealed class ContentSource(string root, CancellationToken stop)
{
    /// <summary>What a package installs, and who signed it.</summary>
    /// <returns>Null when neither is there.</returns>
    internal PackageContent? Find(IndexRow row) => PackageDetails.TryFind(root, row) ?? FromPackage(row);

    private PackageContent? FromPackage(IndexRow row) =>
        PublishedPackageReader.TryRead(root, row, stop) is { } package
            ? new PackageContent(
                package.Signature?.KeyFingerprint.Text,
                package.Manifest.Build.SourceRef,
                [.. PackageDetails.EntriesOf(package).Select(PackageDetails.PathOf)]
            )
            {
                Siblings = PackageDetails.SiblingsOf(root, row),
            }
            : null;
}
