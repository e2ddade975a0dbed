namespace Peipkg.Format.Layout;

/// <summary>What a payload entry may be (PSD-009 §3.2.6).</summary>
public enum PayloadKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Symlink,
}
