namespace Peipkg.Build.Elf;

/// <summary>
/// Random access to a seekable file in pieces of a few bytes, which costs one reading for each page of it. However much of
/// the file is asked for, only some pages are remembered at a time.
/// </summary>
/// <param name="file">The file; it belongs to somebody else.</param>
internal sealed class PagedBytes(Stream file)
{
    private const int PageSize = 4096;
    private const int MostPages = 256;

    private readonly Dictionary<long, byte[]> _pages = [];

    /// <summary>How many bytes the file has.</summary>
    internal long Length { get; } = file.Length;

    /// <summary>Fills a buffer with the bytes at an offset.</summary>
    /// <returns>Whether all of them lie inside the file.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal bool TryRead(ulong offset, Span<byte> bytes)
    {
        if (offset > (ulong)Length || (ulong)bytes.Length > (ulong)Length - offset)
        {
            return false;
        }

        long at = (long)offset;
        while (bytes.Length > 0)
        {
            ReadOnlySpan<byte> rest = Page(at / PageSize).AsSpan((int)(at % PageSize));
            if (rest.IsEmpty)
            {
                return false;
            }

            int count = Math.Min(rest.Length, bytes.Length);
            rest[..count].CopyTo(bytes);
            bytes = bytes[count..];
            at += count;
        }

        return true;
    }

    // A file that became shorter since it was opened has pages that are shorter.
    private byte[] Page(long number)
    {
        if (_pages.TryGetValue(number, out byte[]? page))
        {
            return page;
        }

        if (_pages.Count == MostPages)
        {
            _pages.Clear();
        }

        page = new byte[(int)Math.Min(PageSize, Length - (number * PageSize))];
        file.Position = number * PageSize;
        int length = file.ReadAtLeast(page, page.Length, throwOnEndOfStream: false);
        return _pages[number] = length == page.Length ? page : page[..length];
    }
}
