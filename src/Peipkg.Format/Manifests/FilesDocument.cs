using System.Buffers;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Reads and writes <c>.peipkg/files.json</c>, the hashes of the payload's files (PSD-009 §3.5).</summary>
public static class FilesDocument
{
    private const string Algorithm = "sha256";

    /// <summary>Reads a file list and checks order, uniqueness, paths and limits.</summary>
    /// <param name="utf8">The whole document, at most 64 MiB.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static IReadOnlyList<FilesEntry> Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new StrictJsonReader(utf8, Limits.FilesBytes);
        ulong? schema = null;
        var hasAlgorithm = false;
        List<FilesEntry>? entries = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("schema_version"u8))
            {
                schema = RelationReader.ReadSchemaVersion(ref reader);
            }
            else if (reader.NameIs("algorithm"u8))
            {
                RequireSha256(ref reader);
                hasAlgorithm = true;
            }
            else if (reader.NameIs("entries"u8))
            {
                entries = ReadEntries(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        _ = schema ?? throw reader.Missing("schema_version");
        _ = hasAlgorithm ? true : throw reader.Missing("algorithm");
        _ = entries ?? throw reader.Missing("entries");
        reader.EndDocument();
        return entries;
    }

    /// <summary>Writes the canonical form.</summary>
    /// <param name="entries">One entry per regular file, sorted by path.</param>
    /// <exception cref="FormatViolationException">The list breaks a rule and no consumer would take it.</exception>
    public static byte[] Write(IReadOnlyList<FilesEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (entries.Count * 160));
        var writer = new CanonicalJsonWriter(buffer);
        writer.BeginObject();
        writer.Integer("schema_version"u8, 1UL);
        writer.String("algorithm"u8, Algorithm);
        writer.BeginArray("entries"u8);
        for (var index = 0; index < entries.Count; index++)
        {
            var entry = entries[index];
            if (Fault(index == 0 ? null : entries[index - 1].Path, entry, index) is var (rule, detail))
            {
                throw new FormatViolationException(rule, $"/entries/{index}", detail);
            }

            writer.BeginObject();
            writer.String("path"u8, entry.Path);
            writer.Integer("size"u8, entry.Size);
            writer.String("hash"u8, entry.Hash.ToString());
            writer.EndObject();
        }

        writer.EndArray();
        writer.EndObject();
        writer.EndDocument();
        return buffer.WrittenCount <= Limits.FilesBytes
            ? buffer.WrittenSpan.ToArray()
            : throw new FormatViolationException(
                JsonRule.Size,
                "",
                $"the file list has {buffer.WrittenCount} bytes, more than the limit of {Limits.FilesBytes}"
            );
    }

    /// <summary>Reads the name of the hash algorithm, of which there is only one.</summary>
    internal static void RequireSha256(ref StrictJsonReader reader)
    {
        var algorithm = reader.ReadString();
        if (algorithm != Algorithm)
        {
            throw reader.Violation(
                ManifestRule.HashAlgorithm,
                $"the hash algorithm is {DisplayText.Quote(algorithm)}; \"sha256\" is the only one there is"
            );
        }
    }

    /// <summary>Reads a hash.</summary>
    internal static Sha256Digest ReadHash(ref StrictJsonReader reader)
    {
        var text = reader.ReadUtf8();
        return Sha256Digest.TryParse(text, out Sha256Digest hash)
            ? hash
            : throw reader.Violation(
                ManifestRule.Hash,
                $"{DisplayText.Quote(Encoding.UTF8.GetString(text))} is no hash: "
                    + "it must be 64 lower-case hexadecimal digits"
            );
    }

    private static List<FilesEntry> ReadEntries(ref StrictJsonReader reader)
    {
        var entries = new List<FilesEntry>();
        string? previous = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            var entry = ReadEntry(ref reader);
            if (Fault(previous, entry, entries.Count) is var (rule, detail))
            {
                throw reader.Violation(rule, detail);
            }

            entries.Add(entry);
            previous = entry.Path;
        }

        return entries;
    }

    private static FilesEntry ReadEntry(ref StrictJsonReader reader)
    {
        string? path = null;
        long? size = null;
        Sha256Digest? hash = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("path"u8))
            {
                path = reader.ReadString();
            }
            else if (reader.NameIs("size"u8))
            {
                size = reader.ReadSize();
            }
            else if (reader.NameIs("hash"u8))
            {
                hash = ReadHash(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new FilesEntry(
            path ?? throw reader.Missing("path"),
            size ?? throw reader.Missing("size"),
            hash ?? throw reader.Missing("hash")
        );
    }

    private static (string Rule, string Detail)? Fault(string? previous, FilesEntry entry, int index)
    {
        if (index == Limits.PayloadEntries)
        {
            return (ManifestRule.ArrayLimit, $"there are more than the {Limits.PayloadEntries} files allowed");
        }

        if (!PayloadPath.TryValidate(entry.Path, out var error))
        {
            return (ManifestRule.Path, error);
        }

        if (entry.Size < 0)
        {
            return (ManifestRule.Size, "the size is negative");
        }

        return previous is null
            ? null
            : PayloadPath.Compare(previous, entry.Path) switch
            {
                < 0 => null,
                0 => (ManifestRule.FilesOrder, $"{DisplayText.Quote(entry.Path)} comes twice"),
                _ => (
                    ManifestRule.FilesOrder,
                    $"the files are not sorted by path: {DisplayText.Quote(entry.Path)} comes after {DisplayText.Quote(previous)}"
                ),
            };
    }
}
