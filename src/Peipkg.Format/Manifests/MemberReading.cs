using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Json;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>
/// What becomes of a document's members that the edition does not have. A consumer passes over them; what a person wrote
/// for a producer is refused, since nothing may be dropped without a word.
/// </summary>
/// <param name="edition">Whose members are read.</param>
/// <param name="refuseUnknown">Whether a person wrote the document.</param>
internal sealed class MemberReading(Edition edition, bool refuseUnknown)
{
    /// <summary>The edition whose rules hold.</summary>
    internal Edition Edition => edition;

    /// <summary>Members that change what is installed in another edition, and that were passed over.</summary>
    internal ManifestMembers PassedOver { get; private set; }

    /// <summary>Whether the current member is one that the edition has.</summary>
    internal bool Is(in StrictJsonReader reader, ReadOnlySpan<byte> name, ManifestMembers member) =>
        reader.NameIs(name) && edition.Has(member);

    /// <summary>Passes over the current member, or refuses it.</summary>
    /// <param name="reader">After a member's name.</param>
    /// <param name="holder">The object that it is a member of.</param>
    internal void Skip(ref StrictJsonReader reader, MemberHolder holder)
    {
        ManifestMembers foreign = Judge(ref reader, holder);
        Note(foreign, reader.ReadRaw());
    }

    /// <summary>Keeps the current member among others, or refuses it.</summary>
    /// <param name="reader">After a member's name.</param>
    /// <param name="holder">The object that it is a member of.</param>
    /// <param name="kept">The unknown members before it; null where there are none.</param>
    internal UnknownMembers Keep(ref StrictJsonReader reader, MemberHolder holder, UnknownMembers? kept)
    {
        ManifestMembers foreign = Judge(ref reader, holder);
        UnknownMembers result = UnknownMembers.Read(kept, ref reader, out ReadOnlySpan<byte> value);
        Note(foreign, value);
        return result;
    }

    private ManifestMembers Judge(ref StrictJsonReader reader, MemberHolder holder)
    {
        ManifestMembers foreign = ManifestMembers.None;
        foreach (ManifestMembers member in holder.InSome.Concat(holder.Refused))
        {
            if (reader.NameIs(Encoding.UTF8.GetBytes(member.Name())))
            {
                foreign = member;
            }
        }

        if (!refuseUnknown)
        {
            return foreign;
        }

        string name = Encoding.UTF8.GetString(reader.Name);
        string elsewhere = holder.InSome.Contains(foreign) ? edition.Elsewhere(other => other.Has(foreign)) : "";
        throw reader.Violation(
            ManifestRule.UnknownMember,
            $"{DisplayText.Quote(name)} is not a member of {holder.Name} in edition {edition.Name}"
                + (elsewhere.Length > 0 ? elsewhere : NearestName.Suggestion(name, holder.NamesIn(edition)))
        );
    }

    // An empty set of claims and false say nothing.
    private void Note(ManifestMembers foreign, ReadOnlySpan<byte> value)
    {
        if (
            foreign != ManifestMembers.None
            && !JsonText.Compact(value).AsSpan().SequenceEqual("{}"u8)
            && !value.SequenceEqual("false"u8)
        )
        {
            PassedOver |= foreign & ManifestMembers.ChangeInstallation;
        }
    }
}
