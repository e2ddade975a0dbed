namespace Peipkg.Format.Layout;

/// <summary>A payload entry as the layout judges it, whether it is to be packed or was read from a package.</summary>
public interface IPayloadEntry
{
    /// <summary>The path relative to the root, without slashes at either end.</summary>
    string Path { get; }

    /// <summary>File, directory or symlink.</summary>
    PayloadKind Kind { get; }

    /// <summary>Content bytes of a file; 0 otherwise.</summary>
    long Size { get; }

    /// <summary>A symlink's target; null otherwise.</summary>
    string? LinkTarget { get; }

    /// <summary>The first bytes of a file's content.</summary>
    /// <exception cref="IOException">The content cannot be read.</exception>
    ContentHead ReadHead();
}
