using System.Text;
using Peipkg.Format.Archive;
using Peipkg.Format.Compression;
using Peipkg.Format.Editions;
using SharpCompress.Compressors.ZStandard;
using SharpCompress.Compressors.ZStandard.Unsafe;

namespace Peipkg.Format.Tests.Packages;

/// <summary>One entry of an archive as bytes, for taking packages apart and putting them together wrongly.</summary>
internal sealed record RawEntry(byte[] Pax, byte[] Header, byte[] Content)
{
    internal string Name => Encoding.UTF8.GetString(TarHeaderReader.ReadText(Header.AsSpan(0, 100)));

    /// <summary>A header that is right in all but what the caller wants wrong.</summary>
    internal static RawEntry Create(
        string name,
        char type,
        string content = "",
        string target = "",
        long time = 0,
        Edition? edition = null
    )
    {
        byte[] header = new byte[512];
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        byte[] targetBytes = Encoding.UTF8.GetBytes(target);
        RecordsNeeded needed = PaxRecords.Needed(nameBytes, targetBytes, (edition ?? Edition.Default).Headers);
        TarHeaderWriter.WriteEntry(header, nameBytes, (TarEntryType)type, bytes.Length, time, targetBytes, needed);
        if (needed == RecordsNeeded.None)
        {
            return new RawEntry([], header, bytes);
        }

        byte[] records = PaxRecords.Format(nameBytes, targetBytes, needed, (edition ?? Edition.Default).Headers);
        byte[] pax = new byte[512 + ((records.Length + 511) / 512 * 512)];
        TarHeaderWriter.WriteExtended(
            pax.AsSpan(0, 512),
            PaxRecords.HeaderName(nameBytes, inside: (edition ?? Edition.Default) == Edition.Psd009),
            records.Length
        );
        records.CopyTo(pax, 512);
        return new RawEntry(pax, header, bytes);
    }

    /// <summary>The same entry with some header bytes overwritten and the checksum made to fit.</summary>
    internal RawEntry With(int offset, ReadOnlySpan<byte> bytes, bool fixChecksum = true)
    {
        byte[] header = [.. Header];
        bytes.CopyTo(header.AsSpan(offset));
        if (fixChecksum)
        {
            "        "u8.CopyTo(header.AsSpan(148));
            int sum = header.Sum(static b => b);
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(header, 148);
            header[154] = 0;
            header[155] = (byte)' ';
        }

        return this with
        {
            Header = header,
        };
    }
}

/// <summary>A package as a list of entries and the bytes behind them.</summary>
internal sealed class RawPackage
{
    internal List<RawEntry> Entries { get; } = [];

    internal byte[] End { get; set; } = new byte[1024];

    internal static RawPackage Parse(byte[] package)
    {
        var raw = new RawPackage();
        byte[] tar = Decompress(package);
        int at = 0;
        while (tar.AsSpan(at, 512).ContainsAnyExcept((byte)0))
        {
            byte[] pax = [];
            if (tar[at + 156] == 'x')
            {
                pax = tar[at..(at + 512 + Padded(SizeAt(tar, at)))];
                at += pax.Length;
            }

            int size = SizeAt(tar, at);
            raw.Entries.Add(new RawEntry(pax, tar[at..(at + 512)], tar[(at + 512)..(at + 512 + size)]));
            at += 512 + Padded(size);
        }

        return raw;
    }

    internal byte[] ToTar()
    {
        using var tar = new MemoryStream();
        foreach (RawEntry entry in Entries)
        {
            tar.Write(entry.Pax);
            tar.Write(entry.Header);
            tar.Write(entry.Content);
            tar.Write(new byte[Padded(entry.Content.Length) - entry.Content.Length]);
        }

        tar.Write(End);
        return tar.ToArray();
    }

    internal byte[] ToPackage() => Compress(ToTar());

    internal static byte[] Compress(ReadOnlySpan<byte> content, bool checksum = false)
    {
        using var output = new MemoryStream();
        using (var frame = new CompressionStream(output, 3, leaveOpen: true))
        {
            frame.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, checksum ? 1 : 0);
            frame.Write(content);
        }

        return output.ToArray();
    }

    internal static byte[] Decompress(byte[] package)
    {
        using ZstdFrameReader frame = new ZstdFrameReader(new MemoryStream(package));
        using var content = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = frame.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    private static int Padded(int size) => (size + 511) / 512 * 512;

    private static int SizeAt(byte[] tar, int header) =>
        Convert.ToInt32(Encoding.ASCII.GetString(tar, header + 124, 11), 8);
}
