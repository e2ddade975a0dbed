using System.Buffers.Binary;

namespace Peipkg.Build.Elf;

/// <summary>How an ELF file writes numbers: its class and its byte order.</summary>
/// <param name="IsWide">Whether addresses and offsets have 64 bits; otherwise they have 32.</param>
/// <param name="IsBigEndian">Whether the highest byte comes first.</param>
internal readonly record struct ElfEncoding(bool IsWide, bool IsBigEndian)
{
    /// <summary>The bytes of an address.</summary>
    internal int AddressSize => IsWide ? 8 : 4;

    /// <summary>Reads 16 bits.</summary>
    internal ushort Half(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>Reads 32 bits.</summary>
    internal uint Word(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    /// <summary>Reads an address, an offset or a tag.</summary>
    internal ulong Address(ReadOnlySpan<byte> bytes) =>
        !IsWide ? Word(bytes)
        : IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
        : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
