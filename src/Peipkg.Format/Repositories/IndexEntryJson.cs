using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>The JSON of one package in an index (PSD-009 §6.2.4).</summary>
internal static class IndexEntryJson
{
    internal static IndexEntry Read(ref StrictJsonReader reader, RelationReader values)
    {
        PackageName? name = null;
        PackageVersion? version = null;
        Architecture? architecture = null;
        var description = "";
        var license = "";
        var homepage = "";
        IReadOnlyList<Dependency>? dependencies = null;
        IReadOnlyList<Dependency> optional = [];
        IReadOnlyList<Conflict>? conflicts = null;
        IReadOnlyList<Provide> provides = [];
        IReadOnlyList<Replacement> replaces = [];
        IReadOnlyList<SideEffect> sideEffects = [];
        long? sizeCompressed = null;
        long? sizeInstalled = null;
        Sha256Digest? hash = null;
        string? url = null;
        IndexBuild? build = null;

        reader.BeginObject();
        while (reader.NextMember())
        {
            switch (reader.Name)
            {
                case var key when key.SequenceEqual("name"u8):
                    name = reader.ReadInterned(values.Names);
                    break;
                case var key when key.SequenceEqual("version"u8):
                    version = reader.ReadInterned(values.Versions);
                    break;
                case var key when key.SequenceEqual("architecture"u8):
                    architecture = reader.ReadInterned(values.Architectures);
                    break;
                case var key when key.SequenceEqual("description"u8):
                    description = reader.ReadInterned(values.Descriptions);
                    break;
                case var key when key.SequenceEqual("license"u8):
                    license = reader.ReadInterned(values.Licenses);
                    break;
                case var key when key.SequenceEqual("homepage"u8):
                    homepage = reader.ReadInterned(values.Homepages);
                    break;
                case var key when key.SequenceEqual("dependencies"u8):
                    dependencies = values.ReadDependencies(ref reader, Limits.Dependencies);
                    break;
                case var key when key.SequenceEqual("optional_dependencies"u8):
                    optional = values.ReadDependencies(ref reader, Limits.OptionalDependencies);
                    break;
                case var key when key.SequenceEqual("conflicts"u8):
                    conflicts = values.ReadConflicts(ref reader, Limits.Conflicts);
                    break;
                case var key when key.SequenceEqual("provides"u8):
                    provides = values.ReadProvides(ref reader, Limits.Provides);
                    break;
                case var key when key.SequenceEqual("replaces"u8):
                    replaces = values.ReadReplaces(ref reader, Limits.Replaces);
                    break;
                case var key when key.SequenceEqual("side_effects"u8):
                    sideEffects = values.ReadSideEffects(ref reader);
                    break;
                case var key when key.SequenceEqual("size_compressed"u8):
                    sizeCompressed = reader.ReadSize();
                    break;
                case var key when key.SequenceEqual("size_installed"u8):
                    sizeInstalled = reader.ReadSize();
                    break;
                case var key when key.SequenceEqual("hash"u8):
                    hash = ReadHash(ref reader);
                    break;
                case var key when key.SequenceEqual("url"u8):
                    url = reader.ReadString();
                    break;
                case var key when key.SequenceEqual("build"u8):
                    build = ReadBuild(ref reader, values);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new IndexEntry
        {
            Name = name ?? throw reader.Missing("name"),
            Version = version ?? throw reader.Missing("version"),
            Architecture = architecture ?? throw reader.Missing("architecture"),
            Description = description,
            License = license,
            Homepage = homepage,
            Dependencies = dependencies ?? throw reader.Missing("dependencies"),
            OptionalDependencies = optional,
            Conflicts = conflicts ?? throw reader.Missing("conflicts"),
            Provides = provides,
            Replaces = replaces,
            SideEffects = sideEffects,
            SizeCompressed = sizeCompressed ?? throw reader.Missing("size_compressed"),
            SizeInstalled = sizeInstalled ?? throw reader.Missing("size_installed"),
            Hash = hash ?? throw reader.Missing("hash"),
            Url = url ?? throw reader.Missing("url"),
            Build = build,
        };
    }

    internal static void Write(CanonicalJsonWriter writer, IndexEntry entry)
    {
        writer.BeginObject();
        writer.String("name"u8, entry.Name.Text);
        writer.String("version"u8, entry.Version.Text);
        writer.String("architecture"u8, entry.Architecture.Text);
        writer.String("description"u8, entry.Description);
        writer.String("license"u8, entry.License);
        writer.String("homepage"u8, entry.Homepage);
        RelationWriter.Write(
            writer,
            entry.Dependencies,
            entry.OptionalDependencies,
            entry.Conflicts,
            entry.Provides,
            entry.Replaces,
            entry.SideEffects);
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

        return new IndexBuild(timestamp ?? throw reader.Missing("timestamp"), farmId ?? throw reader.Missing("farm_id"));
    }
}
