using Peipkg.Format.Layout;

namespace Peipkg.Format.Packages;

/// <summary>
/// One payload entry of a package that was read. Entries refer to the directory they lie in, so that 100,000 deep paths
/// need memory for their last components only.
/// </summary>
public sealed class PackageEntry : IPayloadEntry
{
    internal PackageEntry(PackageEntry? parent, string name, PayloadKind kind, long size, string? linkTarget)
    {
        Parent = parent;
        Name = name;
        Kind = kind;
        Size = size;
        LinkTarget = linkTarget;
    }

    /// <summary>The directory the entry lies in; null at the top.</summary>
    public PackageEntry? Parent { get; }

    /// <summary>The path's last component.</summary>
    public string Name { get; }

    /// <summary>File, directory or symlink.</summary>
    public PayloadKind Kind { get; }

    /// <summary>Content bytes of a file; 0 otherwise.</summary>
    public long Size { get; }

    /// <summary>A symlink's target; null otherwise.</summary>
    public string? LinkTarget { get; }

    /// <summary>The path relative to the root, without a trailing slash.</summary>
    public string Path => Parent is null ? Name : Parent.Path + "/" + Name;

    /// <summary>The first bytes of a file's content.</summary>
    internal ContentHead Head { get; set; }

    /// <inheritdoc/>
    public ContentHead ReadHead() => Head;
}
