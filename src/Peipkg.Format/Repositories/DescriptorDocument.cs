using System.Buffers;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;

namespace Peipkg.Format.Repositories;

/// <summary>Reads and writes <c>repo.json</c> (PSD-009 §6.1).</summary>
public static class DescriptorDocument
{
    private const string Algorithm = "ed25519";

    /// <summary>Reads a descriptor and checks every rule.</summary>
    /// <param name="utf8">The whole document, at most 16 MiB.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static Descriptor Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new StrictJsonReader(utf8, Limits.DescriptorBytes);
        ulong? schema = null;
        (string Name, string Description, IReadOnlyList<DescriptorKey> Keys)? repo = null;
        (IndexPointers Active, IndexPointers Archive)? indexes = null;
        Edition edition = Edition.Default;
        var official = false;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("schema_version"u8))
            {
                schema = RelationReader.ReadSchemaVersion(ref reader);
            }
            else if (reader.NameIs("repo"u8))
            {
                repo = ReadRepo(ref reader);
            }
            else if (reader.NameIs("indexes"u8))
            {
                indexes = ReadIndexes(ref reader);
            }
            else if (reader.NameIs("peipkg_edition"u8))
            {
                edition = ReadEdition(ref reader);
            }
            else if (reader.NameIs("peipkg_official"u8))
            {
                official = reader.ReadBoolean();
            }
            else
            {
                reader.Skip();
            }
        }

        _ = schema ?? throw reader.Missing("schema_version");
        var (name, description, keys) = repo ?? throw reader.Missing("repo");
        var (active, archive) = indexes ?? throw reader.Missing("indexes");
        reader.EndDocument();
        var descriptor = new Descriptor(name, description, keys, active, archive)
        {
            Edition = edition,
            Official = official,
        };
        DescriptorRules.Check(descriptor);
        return descriptor;
    }

    /// <summary>Writes the canonical form.</summary>
    /// <exception cref="FormatViolationException">The descriptor breaks a rule and no consumer would take it.</exception>
    public static byte[] Write(Descriptor descriptor)
    {
        DescriptorRules.Check(descriptor);
        var buffer = new ArrayBufferWriter<byte>(1024);
        var writer = new CanonicalJsonWriter(buffer);
        writer.BeginObject();
        writer.Integer("schema_version"u8, 1UL);
        writer.BeginObject("repo"u8);
        writer.String("name"u8, descriptor.Name);
        writer.String("description"u8, descriptor.Description);
        writer.BeginObject("signing"u8);
        writer.String("algorithm"u8, Algorithm);
        writer.BeginArray("keys"u8);
        foreach (var key in descriptor.Keys)
        {
            writer.BeginObject();
            writer.String("fingerprint"u8, key.Fingerprint.Text);
            writer.String("url"u8, key.Url);
            writer.String("status"u8, StatusText(key.Status));
            if (key.ValidUntil is { } end)
            {
                writer.String("valid_until"u8, end.Text);
            }

            writer.EndObject();
        }

        writer.EndArray();
        writer.EndObject();
        writer.EndObject();
        writer.BeginObject("indexes"u8);
        WritePointers(writer, "active"u8, descriptor.Active);
        WritePointers(writer, "archive"u8, descriptor.Archive);
        writer.EndObject();
        if (descriptor.Edition != Edition.Default)
        {
            writer.String("peipkg_edition"u8, descriptor.Edition.Name);
        }

        if (descriptor.Official)
        {
            writer.Boolean("peipkg_official"u8, true);
        }

        writer.EndObject();
        writer.EndDocument();
        return buffer.WrittenSpan.ToArray();
    }

    internal static Edition ReadEdition(ref StrictJsonReader reader) =>
        Edition.TryParse(reader.ReadString(), out Edition edition, out var error)
            ? edition
            : throw reader.Violation(RepositoryRule.Edition, $"{error}; a newer version of this program may know it");

    private static (string Name, string Description, IReadOnlyList<DescriptorKey> Keys) ReadRepo(
        ref StrictJsonReader reader
    )
    {
        string? name = null;
        var description = "";
        IReadOnlyList<DescriptorKey>? keys = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("name"u8))
            {
                name = reader.ReadString();
            }
            else if (reader.NameIs("description"u8))
            {
                description = reader.ReadString();
            }
            else if (reader.NameIs("signing"u8))
            {
                keys = ReadSigning(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return (name ?? throw reader.Missing("name"), description, keys ?? throw reader.Missing("signing"));
    }

    private static List<DescriptorKey> ReadSigning(ref StrictJsonReader reader)
    {
        var hasAlgorithm = false;
        List<DescriptorKey>? keys = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("algorithm"u8))
            {
                var algorithm = reader.ReadString();
                hasAlgorithm =
                    algorithm == Algorithm
                        ? true
                        : throw reader.Violation(
                            RepositoryRule.SignatureAlgorithm,
                            $"the signature algorithm is {DisplayText.Quote(algorithm)}; "
                                + "\"ed25519\" is the only one there is"
                        );
            }
            else if (reader.NameIs("keys"u8))
            {
                keys = [];
                reader.BeginArray();
                while (reader.NextElement())
                {
                    keys.Add(ReadKey(ref reader));
                }
            }
            else
            {
                reader.Skip();
            }
        }

        _ = hasAlgorithm ? true : throw reader.Missing("algorithm");
        return keys ?? throw reader.Missing("keys");
    }

    private static DescriptorKey ReadKey(ref StrictJsonReader reader)
    {
        Fingerprint? fingerprint = null;
        string? url = null;
        KeyStatus? status = null;
        string? validUntil = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("fingerprint"u8))
            {
                fingerprint = Fingerprint.TryParse(reader.ReadString(), out Fingerprint value, out var error)
                    ? value
                    : throw reader.Violation(RepositoryRule.Fingerprint, error);
            }
            else if (reader.NameIs("url"u8))
            {
                url = reader.ReadString();
            }
            else if (reader.NameIs("status"u8))
            {
                status = ReadStatus(ref reader);
            }
            else if (reader.NameIs("valid_until"u8))
            {
                validUntil = reader.ReadString();
            }
            else
            {
                reader.Skip();
            }
        }

        // Whether the date matters, and so must be one, depends on the status, which may come after it.
        var isDate = Timestamp.TryParse(validUntil, out var end, out var fault);
        if (validUntil is not null && !isDate && status == KeyStatus.Transitioning)
        {
            throw reader.Violation(RepositoryRule.KeyValidUntil, fault!);
        }

        return new DescriptorKey(
            fingerprint ?? throw reader.Missing("fingerprint"),
            url ?? throw reader.Missing("url"),
            status ?? throw reader.Missing("status"),
            isDate ? end : null
        );
    }

    private static KeyStatus ReadStatus(ref StrictJsonReader reader)
    {
        var text = reader.ReadString();
        return text switch
        {
            "active" => KeyStatus.Active,
            "transitioning" => KeyStatus.Transitioning,
            "revoked" => KeyStatus.Revoked,
            _ => throw reader.Violation(
                RepositoryRule.KeyStatus,
                $"{DisplayText.Quote(text)} is no status of a key; there are active, transitioning and revoked"
            ),
        };
    }

    private static string StatusText(KeyStatus status) =>
        status switch
        {
            KeyStatus.Active => "active",
            KeyStatus.Transitioning => "transitioning",
            _ => "revoked",
        };

    private static (IndexPointers Active, IndexPointers Archive) ReadIndexes(ref StrictJsonReader reader)
    {
        IndexPointers? active = null;
        IndexPointers? archive = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("active"u8))
            {
                active = ReadPointers(ref reader);
            }
            else if (reader.NameIs("archive"u8))
            {
                archive = ReadPointers(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return (active ?? throw reader.Missing("active"), archive ?? throw reader.Missing("archive"));
    }

    private static IndexPointers ReadPointers(ref StrictJsonReader reader)
    {
        string? url = null;
        string? signatureUrl = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("url"u8))
            {
                url = reader.ReadString();
            }
            else if (reader.NameIs("signature_url"u8))
            {
                signatureUrl = reader.ReadString();
            }
            else
            {
                reader.Skip();
            }
        }

        return new IndexPointers(
            url ?? throw reader.Missing("url"),
            signatureUrl ?? throw reader.Missing("signature_url")
        );
    }

    private static void WritePointers(CanonicalJsonWriter writer, ReadOnlySpan<byte> name, IndexPointers pointers)
    {
        writer.BeginObject(name);
        writer.String("url"u8, pointers.Url);
        writer.String("signature_url"u8, pointers.SignatureUrl);
        writer.EndObject();
    }
}
