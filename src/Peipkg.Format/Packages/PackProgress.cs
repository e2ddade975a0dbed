namespace Peipkg.Format.Packages;

/// <summary>What packing is at.</summary>
public enum PackPhase
{
    /// <summary>Files are read and hashed.</summary>
    Hashing,

    /// <summary>Files are read again and compressed.</summary>
    Packing,
}

/// <summary>How far packing is.</summary>
/// <param name="Phase">The pass over the files.</param>
/// <param name="Files">Files done in this phase.</param>
/// <param name="TotalFiles">Files of the package.</param>
/// <param name="Bytes">Content bytes done in this phase.</param>
/// <param name="TotalBytes">Content bytes of the package.</param>
public readonly record struct PackProgress(PackPhase Phase, int Files, int TotalFiles, long Bytes, long TotalBytes);
