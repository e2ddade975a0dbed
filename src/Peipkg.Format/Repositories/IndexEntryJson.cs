using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>The JSON of one package in an index (PSD-009 §6.2.4).</summary>
internal static class IndexEntryJson
{
    internal static IndexEntry Read(ref StrictJsonReader reader, RelationReader values)
    {
        var package = new PackageDescriptionReader(values);
        long? sizeCompressed = null;
        Sha256Digest? hash = null;
        string? url = null;
        IndexBuild? build = null;
        Withdrawal? withdrawn = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (package.TryRead(ref reader))
            {
                continue;
            }

            if (reader.NameIs("size_compressed"u8))
            {
                sizeCompressed = reader.ReadSize();
            }
            else if (reader.NameIs("hash"u8))
            {
                hash = ReadHash(ref reader);
            }
            else if (reader.NameIs("url"u8))
            {
                url = reader.ReadString();
            }
            else if (reader.NameIs("build"u8))
            {
                build = ReadBuild(ref reader, values);
            }
            else if (Withdrawal.IsNext(reader))
            {
                withdrawn = Withdrawal.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new IndexEntry
        {
            Name = package.Name(reader),
            Version = package.Version(reader),
            Architecture = package.Architecture(reader),
            Description = package.Description,
            License = package.License,
            LicenseClass = package.LicenseClass,
            Homepage = package.Homepage,
            DefaultRoot = package.DefaultRoot,
            AlternateUpgrade = package.AlternateUpgrade,
            Dependencies = package.Dependencies(reader),
            OptionalDependencies = package.OptionalDependencies,
            Conflicts = package.Conflicts(reader),
            Provides = package.Provides,
            Replaces = package.Replaces,
            SideEffects = package.SideEffects,
            SizeCompressed = sizeCompressed ?? throw reader.Missing("size_compressed"),
            SizeInstalled = package.SizeInstalled(reader),
            Hash = hash ?? throw reader.Missing("hash"),
            Url = url ?? throw reader.Missing("url"),
            Build = build,
            Withdrawn = withdrawn,
        };
    }

    internal static void Write(CanonicalJsonWriter writer, IndexEntry entry)
    {
        writer.BeginObject();
        PackageDescriptionWriter.Write(writer, entry);
        writer.Integer("size_compressed"u8, entry.SizeCompressed);
        writer.Integer("size_installed"u8, entry.SizeInstalled);
        writer.BeginObject("hash"u8);
        writer.String("algorithm"u8, "sha256");
        writer.String("value"u8, entry.Hash.ToString());
        writer.EndObject();
        writer.String("url"u8, entry.Url);
        if (entry.Build is { } build)
        {
            writer.BeginObject("build"u8);
            writer.String("timestamp"u8, build.Timestamp.Text);
            writer.String("farm_id"u8, build.FarmId);
            writer.EndObject();
        }

        entry.Withdrawn?.Write(writer);
        writer.EndObject();
    }

    private static Sha256Digest ReadHash(ref StrictJsonReader reader)
    {
        var hasAlgorithm = false;
        Sha256Digest? value = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("algorithm"u8))
            {
                FilesDocument.RequireSha256(ref reader);
                hasAlgorithm = true;
            }
            else if (reader.NameIs("value"u8))
            {
                value = FilesDocument.ReadHash(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        _ = hasAlgorithm ? true : throw reader.Missing("algorithm");
        return value ?? throw reader.Missing("value");
    }

    private static IndexBuild ReadBuild(ref StrictJsonReader reader, RelationReader values)
    {
        Timestamp? timestamp = null;
        string? farmId = null;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("timestamp"u8))
            {
                timestamp = reader.ReadInterned(values.Timestamps);
            }
            else if (reader.NameIs("farm_id"u8))
            {
                farmId = reader.ReadInterned(values.FarmIds);
            }
            else
            {
                reader.Skip();
            }
        }

        return new IndexBuild(
            timestamp ?? throw reader.Missing("timestamp"),
            farmId ?? throw reader.Missing("farm_id")
        );
    }
}
