using Peipkg.Format.Editions;

namespace Peipkg.Format.Packages;

/// <summary>How a package is written.</summary>
public sealed record PackageWriteOptions
{
    /// <summary>
    /// Threads that hash and compress, at least 1. A program gives one per core; a package's bytes do not depend on it. Each
    /// compressing thread needs about 15 MiB.
    /// </summary>
    public int Workers { get; init; } = 1;

    /// <summary>The edition whose package is written.</summary>
    public Edition Edition { get; init; } = Edition.Default;

    /// <summary>Told how far the work is, from several threads, some ten times a second at most for large packages.</summary>
    public IProgress<PackProgress>? Progress { get; init; }

    /// <summary>Sees the content of every file that is not empty, once, while it is hashed.</summary>
    public IPayloadObserver? Observer { get; init; }
}

/// <summary>What <see cref="PackageWriter"/> wrote.</summary>
/// <param name="Manifest">The manifest with its computed size.</param>
/// <param name="Files">The content of files.json.</param>
/// <param name="UncompressedSize">Bytes of the archive before compression.</param>
public sealed record PackageWriteResult(
    Manifests.Manifest Manifest,
    IReadOnlyList<Manifests.FilesEntry> Files,
    long UncompressedSize
);
