namespace Peipkg.Format.Layout;

/// <summary>The first four bytes of a file's content, or all of it if there are fewer.</summary>
public readonly record struct ContentHead
{
    /// <summary>Bytes that are kept.</summary>
    public const int Size = 4;

    private readonly uint _bytes;
    private readonly byte _count;

    /// <summary>Keeps the beginning of some content.</summary>
    /// <param name="content">The content, or at least its first <see cref="Size"/> bytes.</param>
    public ContentHead(ReadOnlySpan<byte> content)
    {
        _count = (byte)Math.Min(content.Length, Size);
        for (int i = 0; i < _count; i++)
        {
            _bytes |= (uint)content[i] << (8 * i);
        }
    }

    /// <summary>Whether the content is an ELF file by its magic.</summary>
    public bool IsElf => _count == Size && _bytes == 0x46_4C_45_7F;

    /// <summary>Whether the content begins with a byte.</summary>
    public bool StartsWith(byte first) => _count > 0 && (_bytes & 0xff) == first;
}
