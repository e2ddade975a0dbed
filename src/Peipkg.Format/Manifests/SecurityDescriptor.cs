using System.Buffers.Binary;

namespace Peipkg.Format.Manifests;

/// <summary>The syntax of binary self-relative security descriptors (PSD-009 §3.3.5, PSD-004 §2.1 and §3.1 to §3.4).</summary>
/// <remarks>
/// A header of 20 bytes, little-endian: revision 1, a byte for the resource manager, 16 control bits, then the offsets
/// of owner, group, SACL and DACL, 0 where one is absent. What the descriptor grants is not judged here, nor are
/// conditional expressions and claims, whose bytes the kernel evaluates leniently.
/// </remarks>
public static class SecurityDescriptor
{
    private const int HeaderSize = 20;
    private const int AclHeaderSize = 8;
    private const int AceHeaderSize = 4;
    private const int SidHeaderSize = 8;
    private const int MaxSubAuthorities = 15;
    private const int GuidSize = 16;
    private const ushort SelfRelative = 0x8000;

    private enum Remainder
    {
        MustBeEmpty,
        ApplicationData,
    }

    /// <summary>Whether the bytes are a well-formed self-relative security descriptor.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> descriptor) => Fault(descriptor) is null;

    /// <summary>Says what is wrong with the bytes, or returns <see langword="null"/>.</summary>
    public static string? Fault(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.Length < HeaderSize)
        {
            return $"it has {descriptor.Length} bytes, and the header alone has {HeaderSize}";
        }

        if (descriptor[0] != 1)
        {
            return $"its revision is {descriptor[0]}, not 1";
        }

        if ((BinaryPrimitives.ReadUInt16LittleEndian(descriptor[2..]) & SelfRelative) == 0)
        {
            return "it is not marked as self-relative";
        }

        return SidFault(descriptor, 4, "owner")
            ?? SidFault(descriptor, 8, "group")
            ?? AclFault(descriptor, 12, "SACL")
            ?? AclFault(descriptor, 16, "DACL");
    }

    private static string? SidFault(ReadOnlySpan<byte> descriptor, int field, string what)
    {
        if (!TryFollow(descriptor, field, out var sid))
        {
            return $"its {what} lies outside it";
        }

        return sid.IsEmpty || SidLength(sid) > 0 ? null : $"its {what} is no well-formed SID";
    }

    private static bool TryFollow(ReadOnlySpan<byte> descriptor, int field, out ReadOnlySpan<byte> part)
    {
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[field..]);
        part = offset >= HeaderSize && offset < descriptor.Length ? descriptor[(int)offset..] : default;
        return offset == 0 || !part.IsEmpty;
    }

    private static string? AclFault(ReadOnlySpan<byte> descriptor, int field, string what)
    {
        if (!TryFollow(descriptor, field, out var acl))
        {
            return $"its {what} lies outside it";
        }

        if (acl.IsEmpty)
        {
            return null;
        }

        if (acl.Length < AclHeaderSize || acl[0] is < 2 or > 4)
        {
            return $"its {what} has no valid header";
        }

        var size = BinaryPrimitives.ReadUInt16LittleEndian(acl[2..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(acl[4..]);
        if (size < AclHeaderSize || size > acl.Length)
        {
            return $"its {what} has a wrong size";
        }

        var rest = acl[AclHeaderSize..size];
        for (var index = 0; index < count; index++)
        {
            var aceSize = rest.Length < AceHeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (aceSize < AceHeaderSize || aceSize > rest.Length || aceSize % 4 != 0)
            {
                return $"entry {index} of its {what} has a wrong size";
            }

            if (!IsWellFormedAce(rest[..aceSize]))
            {
                return $"entry {index} of its {what} is malformed";
            }

            rest = rest[aceSize..];
        }

        return rest.IsEmpty ? null : $"its {what} has bytes after its last entry";
    }

    // A kind that the specification does not list is carried unread, so only its size is checked.
    private static bool IsWellFormedAce(ReadOnlySpan<byte> ace)
    {
        var body = ace[AceHeaderSize..];
        return ace[0] switch
        {
            0x00 or 0x01 or 0x02 or 0x03 or 0x11 or 0x13 or 0x14 => EndsInSid(body, 4, Remainder.MustBeEmpty),
            0x09 or 0x0A or 0x0D or 0x0E or 0x12 => EndsInSid(body, 4, Remainder.ApplicationData),
            0x05 or 0x06 or 0x07 or 0x08 => EndsInSid(body, ObjectFieldsSize(body), Remainder.MustBeEmpty),
            0x0B or 0x0C or 0x0F or 0x10 => EndsInSid(body, ObjectFieldsSize(body), Remainder.ApplicationData),
            _ => true,
        };
    }

    /// <summary>Bytes of an object entry's mask, flags and the GUIDs that the flags announce.</summary>
    private static int ObjectFieldsSize(ReadOnlySpan<byte> body)
    {
        var flags = body.Length < 8 ? 0 : body[4];
        return 8 + ((flags & 1) != 0 ? GuidSize : 0) + ((flags & 2) != 0 ? GuidSize : 0);
    }

    private static bool EndsInSid(ReadOnlySpan<byte> body, int start, Remainder remainder)
    {
        if (body.Length <= start)
        {
            return false;
        }

        var length = SidLength(body[start..]);
        return length > 0 && (remainder == Remainder.ApplicationData || start + length == body.Length);
    }

    /// <summary>Bytes of the SID at the start, or 0 when there is none.</summary>
    private static int SidLength(ReadOnlySpan<byte> sid)
    {
        if (sid.Length < SidHeaderSize || sid[0] != 1 || sid[1] > MaxSubAuthorities)
        {
            return 0;
        }

        var length = SidHeaderSize + (sid[1] * 4);
        return length <= sid.Length ? length : 0;
    }
}
