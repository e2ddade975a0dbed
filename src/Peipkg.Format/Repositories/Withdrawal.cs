using System.Buffers;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Repositories;

/// <summary>
/// That a repository no longer offers a package, which its archive names all the same (PSD-009 §6.3). An additive member of
/// the archive's entry, which consumers ignore.
/// </summary>
/// <param name="Reason">Why, one line for people, not empty.</param>
/// <param name="Advisory">The name of an advisory about it, or null.</param>
/// <param name="At">Since when.</param>
public sealed record Withdrawal(string Reason, string? Advisory, Timestamp At)
{
    private static ReadOnlySpan<byte> Name => "peipkg_withdrawn"u8;

    /// <summary>Whether a reader's current member is this one.</summary>
    internal static bool IsNext(in StrictJsonReader reader) => reader.NameIs(Name);

    internal static Withdrawal Read(ref StrictJsonReader reader)
    {
        string? reason = null;
        string? advisory = null;
        Timestamp? at = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("reason"u8))
            {
                reason = reader.ReadString();
            }
            else if (reader.NameIs("advisory"u8))
            {
                advisory = reader.ReadString();
            }
            else if (reader.NameIs("at"u8))
            {
                at = Timestamp.TryParse(reader.ReadString(), out Timestamp time, out string? error)
                    ? time
                    : throw reader.Violation(Manifests.ManifestRule.Timestamp, error);
            }
            else
            {
                reader.Skip();
            }
        }

        return new Withdrawal(reason ?? throw reader.Missing("reason"), advisory, at ?? throw reader.Missing("at"));
    }

    /// <summary>Writes the member into an open object.</summary>
    internal void Write(CanonicalJsonWriter writer)
    {
        writer.BeginObject(Name);
        writer.String("reason"u8, Reason);
        if (Advisory is not null)
        {
            writer.String("advisory"u8, Advisory);
        }

        writer.String("at"u8, At.Text);
        writer.EndObject();
    }

    /// <summary>What stands at the end of an entry's text instead of its closing brace.</summary>
    public byte[] Ending()
    {
        ArrayBufferWriter<byte> output = new(128);
        CanonicalJsonWriter writer = new(output);
        writer.BeginObject();
        Write(writer);
        writer.EndObject();
        return [(byte)',', .. output.WrittenSpan[1..]];
    }
}
