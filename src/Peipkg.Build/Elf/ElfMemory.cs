using System.Text;

namespace Peipkg.Build.Elf;

/// <summary>
/// An ELF file's content by the addresses that the dynamic loader maps it to: what the dynamic section names is found in the
/// file through the loadable segments, whatever section headers say.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="segments">Its loadable segments in the order of the program headers.</param>
internal sealed class ElfMemory(PagedBytes file, IReadOnlyList<ElfSegment> segments)
{
    private const int LongestName = 4096;

    /// <summary>Fills a buffer with the bytes at an address.</summary>
    /// <returns>Whether one segment has all of them in the file.</returns>
    internal bool TryRead(ulong address, Span<byte> bytes) =>
        TryLocate(address, out ulong offset, out ulong left)
        && (ulong)bytes.Length <= left
        && file.TryRead(offset, bytes);

    /// <summary>Reads a name, which ends with a NUL.</summary>
    /// <param name="table">The address of the string table.</param>
    /// <param name="size">The bytes of the table, if it is known.</param>
    /// <param name="at">The name's place in the table.</param>
    /// <returns>The name; null where there is none, or it is longer than any that a loader would take.</returns>
    internal string? ReadName(ulong table, ulong? size, ulong at)
    {
        if (at >= (size ?? ulong.MaxValue) || !TryLocate(unchecked(table + at), out ulong offset, out ulong left))
        {
            return null;
        }

        ulong limit = Math.Min(Math.Min(left, (size ?? ulong.MaxValue) - at), LongestName + 1);
        limit = offset >= (ulong)file.Length ? 0 : Math.Min(limit, (ulong)file.Length - offset);
        Span<byte> bytes = stackalloc byte[LongestName + 1];
        int known = 0;
        while ((ulong)known < limit)
        {
            int count = (int)Math.Min(limit - (ulong)known, 64);
            if (!file.TryRead(offset + (ulong)known, bytes.Slice(known, count)))
            {
                return null;
            }

            int end = bytes.Slice(known, count).IndexOf((byte)0);
            if (end >= 0)
            {
                return Encoding.UTF8.GetString(bytes[..(known + end)]);
            }

            known += count;
        }

        return null;
    }

    // The loader maps one segment after the other, so where two overlap, the later one is what remains.
    private bool TryLocate(ulong address, out ulong offset, out ulong left)
    {
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            ElfSegment segment = segments[i];
            if (address >= segment.Address && address - segment.Address < segment.FileSize)
            {
                ulong inside = address - segment.Address;
                offset = segment.Offset + inside;
                left = segment.FileSize - inside;
                return offset >= inside;
            }
        }

        offset = left = 0;
        return false;
    }
}

/// <summary>A program header.</summary>
/// <param name="Kind">What the segment is, as in <c>p_type</c>.</param>
/// <param name="Offset">Where it lies in the file.</param>
/// <param name="Address">Where it is mapped to.</param>
/// <param name="FileSize">How many bytes of it the file has.</param>
internal readonly record struct ElfSegment(uint Kind, ulong Offset, ulong Address, ulong FileSize);
