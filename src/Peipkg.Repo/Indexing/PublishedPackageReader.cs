using Peipkg.Format;
using Peipkg.Format.Packages;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Indexing;

/// <summary>Reads a published package where it lies in the repository.</summary>
internal static class PublishedPackageReader
{
    /// <summary>Reads and verifies it whole.</summary>
    /// <returns>Null when it is not there, damaged, or not what the index says.</returns>
    internal static VerifiedPackage? TryRead(string root, IndexRow row, CancellationToken stop)
    {
        if (row.Place is not { } path || FileStatus.Of(Path.Combine(root, path)) is not { IsRegular: true })
        {
            return null;
        }

        try
        {
            using FileStream stream = new(
                Path.Combine(root, path),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0
            );
            VerifiedPackage package = PackageVerifier.Verify(
                stream,
                new PackageVerifyOptions { Edition = null, Published = true },
                stop
            );
            return package.PackageHash == row.Hash ? package : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatViolationException)
        {
            // Verifying the repository tells what is wrong with it.
            return null;
        }
    }
}
