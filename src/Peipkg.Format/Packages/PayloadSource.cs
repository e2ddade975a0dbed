using Peipkg.Format.Layout;

namespace Peipkg.Format.Packages;

/// <summary>One entry that is to be packed.</summary>
/// <param name="Path">Relative, UTF-8 in NFC, without slashes at either end (§3.2.7).</param>
/// <param name="Kind">File, directory or symlink.</param>
/// <param name="Size">Content bytes of a file; 0 otherwise.</param>
/// <param name="LinkTarget">A symlink's target; null otherwise.</param>
/// <param name="Open">
/// Opens a file's content, which is read twice: once for files.json and once for the archive. Null otherwise.
/// </param>
public sealed record PayloadSource(string Path, PayloadKind Kind, long Size, string? LinkTarget, Func<Stream>? Open)
{
    /// <summary>A directory.</summary>
    public static PayloadSource Directory(string path) => new(path, PayloadKind.Directory, 0, null, null);

    /// <summary>A symlink.</summary>
    public static PayloadSource Symlink(string path, string target) => new(path, PayloadKind.Symlink, 0, target, null);

    /// <summary>A file whose content lies in memory.</summary>
    public static PayloadSource File(string path, byte[] content) =>
        new(path, PayloadKind.File, content.Length, null, () => new MemoryStream(content, writable: false));

    /// <summary>A file of the disk.</summary>
    /// <param name="path">Its path in the package.</param>
    /// <param name="location">Where it lies.</param>
    /// <param name="size">Its size, which may not change until it is packed.</param>
    public static PayloadSource File(string path, string location, long size) =>
        new(
            path,
            PayloadKind.File,
            size,
            null,
            () =>
                new FileStream(
                    location,
                    new FileStreamOptions
                    {
                        Mode = FileMode.Open,
                        Access = FileAccess.Read,
                        Share = FileShare.ReadWrite,
                        BufferSize = 0,
                        Options = FileOptions.SequentialScan,
                    }
                )
        );
}
