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
    : IPayloadEntry
{
    /// <summary>A directory.</summary>
    public static PayloadSource Directory(string path) => new(path, PayloadKind.Directory, 0, null, null);

    /// <summary>A symlink.</summary>
    public static PayloadSource Symlink(string path, string target) => new(path, PayloadKind.Symlink, 0, target, null);

    /// <summary>A file whose content is in memory.</summary>
    public static PayloadSource File(string path, byte[] content) =>
        new(path, PayloadKind.File, content.Length, null, () => new MemoryStream(content, writable: false));

    /// <inheritdoc/>
    public ContentHead ReadHead()
    {
        if (Open is null || Size == 0)
        {
            return default;
        }

        Span<byte> head = stackalloc byte[ContentHead.Size];
        using Stream content = Open();
        return new ContentHead(head[..content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
    }
}
