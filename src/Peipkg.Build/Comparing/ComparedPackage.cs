using Peipkg.Build.Staging;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Comparing;

/// <summary>An entry to compare.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of a file; 0 otherwise.</param>
/// <param name="Hash">A file's hash; null otherwise.</param>
/// <param name="LinkTarget">A symlink's target; null otherwise.</param>
internal sealed record ComparedEntry(string Path, PayloadKind Kind, long Size, Sha256Digest? Hash, string? LinkTarget);

/// <summary>A package to compare with another: a file, or what a build has staged.</summary>
internal abstract class ComparedPackage
{
    /// <summary>Its name in reports.</summary>
    internal abstract string Label { get; }

    /// <summary>Its manifest, complete.</summary>
    internal abstract Manifest Manifest { get; }

    /// <summary>Its entries by path, ancestor directories included.</summary>
    internal abstract IReadOnlyDictionary<string, ComparedEntry> Entries { get; }

    /// <summary>The paths of the build that made it, which its files should not hold; null where they are not known.</summary>
    internal virtual BuildPaths? BuildPaths => null;

    /// <summary>Makes the content of some files readable; once, before <see cref="Open"/>.</summary>
    internal virtual void Prepare(IReadOnlyCollection<string> paths) { }

    /// <summary>A file's content, from its beginning; the stream can seek.</summary>
    internal abstract Stream Open(string path);
}
