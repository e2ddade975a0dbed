using Peipkg.Format.Layout;

namespace Peipkg.Build.Staging;

/// <summary>A file, directory or symlink of a staged tree.</summary>
/// <param name="Path">Relative to the tree's root, without slashes at either end.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of a file; 0 otherwise.</param>
/// <param name="LinkTarget">A symlink's target; null otherwise.</param>
internal sealed record StagedEntry(string Path, PayloadKind Kind, long Size, string? LinkTarget);
