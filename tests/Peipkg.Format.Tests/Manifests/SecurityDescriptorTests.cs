using System.Buffers.Binary;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Tests.Manifests;

public sealed class SecurityDescriptorTests
{
    private static readonly byte[] Everyone = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    private static readonly byte[] Administrators = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];

    /// <summary>Owner Administrators, a DACL with one entry that allows Everyone to read.</summary>
    internal static byte[] Good { get; } =
        Compose(Administrators, null, null, Acl(Ace(0, [0, 0, 0, 0x80, .. Everyone])));

    public static TheoryData<string, byte[]> WellFormed() =>
        new()
        {
            { "owner and DACL", Good },
            { "nothing at all", Compose(null, null, null, null) },
            { "everything", Compose(Administrators, Everyone, Acl(Ace(2, [1, 0, 0, 0, .. Everyone])), Acl()) },
            { "SID without sub-authorities", Compose([1, 0, 0, 0, 0, 0, 0, 1], null, null, null) },
            {
                "object entry without GUIDs",
                Compose(null, null, null, Acl(Ace(5, [1, 0, 0, 0, 0, 0, 0, 0, .. Everyone])))
            },
            {
                "object entry with both GUIDs",
                Compose(null, null, null, Acl(Ace(5, [1, 0, 0, 0, 3, 0, 0, 0, .. new byte[32], .. Everyone])))
            },
            { "conditional entry", Compose(null, null, null, Acl(Ace(9, [1, 0, 0, 0, .. Everyone, .. "artx"u8]))) },
            { "entry of an unknown kind", Compose(null, null, null, Acl(Ace(200, [1, 2, 3, 4]))) },
            { "entry of nothing but a header", Compose(null, null, null, Acl(Ace(200, []))) },
        };

    public static TheoryData<string, byte[]> Malformed() =>
        new()
        {
            { "no bytes", [] },
            { "19 bytes", Good[..19] },
            { "revision 2", With(Good, 0, 2) },
            { "not self-relative", With(Good, 3, 0) },
            { "owner inside the header", With(Good, 4, 19) },
            { "owner outside", With(Good, 4, 200) },
            { "owner at 2^31", With(Good, 7, 0x80) },
            { "group outside", With(Good, 8, 255) },
            { "SACL outside", With(Good, 12, 255) },
            { "DACL outside", With(Good, 16, 255) },
            { "SID of revision 0", With(Good, 20, 0) },
            { "SID with 16 sub-authorities", With(Good, 21, 16) },
            { "SID cut off", Compose(Administrators[..12], null, null, null) },
            { "ACL of revision 1", With(Good, 36, 1) },
            { "ACL of revision 5", With(Good, 36, 5) },
            { "ACL smaller than its header", With(Good, 38, 4) },
            { "ACL larger than the rest", With(Good, 38, 255) },
            { "ACL with more entries than it holds", With(Good, 40, 2) },
            { "ACL with bytes after its last entry", With(Good, 40, 0) },
            { "entry of size 0", With(Good, 46, 0) },
            { "entry whose size is no multiple of 4", With(Good, 46, 18) },
            { "entry larger than its list", With(Good, 46, 200) },
            { "entry whose SID has too many parts", With(Good, 53, 3) },
            { "entry whose SID is followed by more", With(Good, 53, 0) },
            { "entry without a SID", Compose(null, null, null, Acl(Ace(0, [0, 0, 0, 0]))) },
            { "object entry cut off", Compose(null, null, null, Acl(Ace(5, [0, 0, 0, 0]))) },
            {
                "object entry without its GUID",
                Compose(null, null, null, Acl(Ace(5, [1, 0, 0, 0, 1, 0, 0, 0, .. Everyone])))
            },
        };

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void A_well_formed_descriptor_is_accepted(string what, byte[] descriptor) =>
        Assert.True(SecurityDescriptor.IsWellFormed(descriptor), what + ": " + SecurityDescriptor.Fault(descriptor));

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_descriptor_is_refused(string what, byte[] descriptor) =>
        Assert.False(SecurityDescriptor.IsWellFormed(descriptor), what);

    [Fact]
    public void Any_bytes_get_an_answer()
    {
        var random = new Random(9);
        for (var round = 0; round < 50_000; round++)
        {
            _ = SecurityDescriptor.IsWellFormed(Mutation.Of(Good, random));
        }

        for (var length = 0; length < Good.Length; length++)
        {
            Assert.False(SecurityDescriptor.IsWellFormed(Good.AsSpan(0, length)));
        }
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        byte[] copy = [.. bytes];
        copy[at] = value;
        return copy;
    }

    private static byte[] Ace(byte kind, byte[] body) => [kind, 0, (byte)(body.Length + 4), 0, .. body];

    private static byte[] Acl(params byte[][] aces)
    {
        byte[] body = [.. aces.SelectMany(ace => ace)];
        return [4, 0, (byte)(body.Length + 8), 0, (byte)aces.Length, 0, 0, 0, .. body];
    }

    private static byte[] Compose(byte[]? owner, byte[]? group, byte[]? sacl, byte[]? dacl)
    {
        var bytes = new List<byte>(new byte[20]);
        bytes[0] = 1;
        bytes[2] = (byte)((dacl is null ? 0 : 4) | (sacl is null ? 0 : 16));
        bytes[3] = 0x80;
        var field = 4;
        foreach (var part in new[] { owner, group, sacl, dacl })
        {
            if (part is not null)
            {
                var offset = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(offset, bytes.Count);
                for (var i = 0; i < 4; i++)
                {
                    bytes[field + i] = offset[i];
                }

                bytes.AddRange(part);
            }

            field += 4;
        }

        return [.. bytes];
    }
}
