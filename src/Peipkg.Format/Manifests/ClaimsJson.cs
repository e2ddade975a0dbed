using System.Text;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Manifests;

/// <summary>Reads and writes <c>claims</c> (PSPU 5.23).</summary>
internal static class ClaimsJson
{
    /// <summary>Reads the object of slots.</summary>
    internal static Claims Read(ref StrictJsonReader reader, MemberReading members)
    {
        var slots = new List<ClaimSlot>();
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (slots.Count == Limits.ClaimSlots)
            {
                throw reader.Violation(
                    ManifestRule.Claims,
                    $"there are more than the {Limits.ClaimSlots} slots allowed"
                );
            }

            slots.Add(
                PackageName.TryParse(Encoding.UTF8.GetString(reader.Name), out PackageName slot, out string? error)
                    ? ReadSlot(ref reader, slot, members)
                    : throw reader.Violation(ManifestRule.Claims, $"slots are named as packages are: {error}")
            );
        }

        return new Claims(slots);
    }

    /// <summary>Writes a relation's claims, if it has any.</summary>
    internal static void Write(CanonicalJsonWriter writer, Claims claims)
    {
        if (claims.Slots.Count == 0)
        {
            return;
        }

        writer.BeginObject("claims"u8);
        foreach (ClaimSlot slot in claims.Slots)
        {
            writer.BeginObject(Encoding.ASCII.GetBytes(slot.Slot.Text));
            if (slot.Path is { } path)
            {
                writer.String("path"u8, path);
            }

            if (slot.Target is { } target)
            {
                writer.String("target"u8, target);
            }

            slot.Unknown?.Write(writer);
            writer.EndObject();
        }

        writer.EndObject();
    }

    private static ClaimSlot ReadSlot(ref StrictJsonReader reader, PackageName slot, MemberReading members)
    {
        string? path = null;
        string? target = null;
        UnknownMembers? unknown = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("path"u8))
            {
                path = reader.ReadString();
            }
            else if (reader.NameIs("target"u8))
            {
                target = reader.ReadString();
            }
            else
            {
                unknown = members.Keep(ref reader, MemberHolder.ClaimSlot, unknown);
            }
        }

        return new ClaimSlot(slot, path, target) { Unknown = unknown };
    }
}
