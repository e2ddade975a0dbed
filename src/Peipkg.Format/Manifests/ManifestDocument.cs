using System.Buffers;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Whose hands a manifest comes from.</summary>
public enum ManifestSource
{
    /// <summary>A new package: every rule holds.</summary>
    Package,

    /// <summary>
    /// A package that is published already: what binds producers alone, such as a description's characters, is not held
    /// against it (<see cref="ManifestRules.ProducerFaults"/> tells it).
    /// </summary>
    Published,

    /// <summary>
    /// A person who wrote it for the packer, which lays out the bytes anew: the final newline may be missing, but no member
    /// may be one that the edition does not have.
    /// </summary>
    Author,
}

/// <summary>Reads and writes <c>.peipkg/manifest.json</c> (PSD-009 §3.3, PSPU 5.18).</summary>
public static class ManifestDocument
{
    /// <summary>Reads a manifest and checks every rule that the document alone can show.</summary>
    /// <param name="utf8">The whole document, at most 16 MiB.</param>
    /// <param name="source">Whose hands it comes from.</param>
    /// <param name="edition">Whose rules hold; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">A rule is broken; the place is a JSON pointer.</exception>
    public static Manifest Read(
        ReadOnlySpan<byte> utf8,
        ManifestSource source = ManifestSource.Package,
        Edition? edition = null
    )
    {
        edition ??= Edition.Default;
        var reader = new StrictJsonReader(utf8, Limits.ManifestBytes);
        var manifest = ReadFields(ref reader, new MemberReading(edition, source == ManifestSource.Author));
        reader.EndDocument();
        if (source != ManifestSource.Author && !(utf8.EndsWith("\n"u8) && !utf8.EndsWith("\n\n"u8)))
        {
            throw new FormatViolationException(
                ManifestRule.Newline,
                "",
                "the manifest does not end with one single newline"
            );
        }

        ManifestRules.CheckRead(manifest, edition);
        if (source != ManifestSource.Published && ManifestRules.ProducerFaults(manifest) is [var fault, ..])
        {
            throw fault;
        }

        return manifest;
    }

    /// <summary>Writes the canonical form.</summary>
    /// <param name="manifest">The manifest; it must keep every rule that binds a producer of the edition.</param>
    /// <param name="edition">Whose rules hold; null for <see cref="Edition.Default"/>.</param>
    /// <exception cref="FormatViolationException">The manifest breaks a rule and no consumer would take it.</exception>
    public static byte[] Write(Manifest manifest, Edition? edition = null)
    {
        ManifestRules.Check(manifest, edition ?? Edition.Default);
        return WriteAny(manifest);
    }

    /// <summary>Writes the canonical form of a manifest that was read, whoever wrote it and in whatever edition.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <exception cref="FormatViolationException">The document would be larger than its limit.</exception>
    public static byte[] WriteAny(Manifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        WriteFields(new CanonicalJsonWriter(buffer), manifest);
        return buffer.WrittenCount <= Limits.ManifestBytes
            ? buffer.WrittenSpan.ToArray()
            : throw new FormatViolationException(
                JsonRule.Size,
                "",
                $"the manifest has {buffer.WrittenCount} bytes, more than the limit of {Limits.ManifestBytes}"
            );
    }

    private static Manifest ReadFields(ref StrictJsonReader reader, MemberReading members)
    {
        var values = new RelationReader(members);
        var package = new PackageDescriptionReader(values);
        ulong? schema = null;
        IReadOnlyList<SdOverride> overrides = [];
        BuildInfo? build = null;
        bool special = false;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (package.TryRead(ref reader))
            {
                continue;
            }

            if (reader.NameIs("schema_version"u8))
            {
                schema = RelationReader.ReadSchemaVersion(ref reader);
            }
            else if (reader.NameIs("sd_overrides"u8))
            {
                overrides = ReadOverrides(ref reader, members);
            }
            else if (reader.NameIs("build"u8))
            {
                build = ReadBuild(ref reader, values);
            }
            else if (members.Is(reader, "special_system_package"u8, ManifestMembers.SpecialSystemPackage))
            {
                special = reader.ReadBoolean();
            }
            else
            {
                members.Skip(ref reader, MemberHolder.Manifest);
            }
        }

        _ = schema ?? throw reader.Missing("schema_version");
        return new Manifest
        {
            Name = package.Name(reader),
            Version = package.Version(reader),
            Architecture = package.Architecture(reader),
            Description = package.Description,
            License = package.License,
            LicenseClass = package.LicenseClass,
            Homepage = package.Homepage,
            DefaultRoot = package.DefaultRoot,
            SpecialSystemPackage = special,
            AlternateUpgrade = package.AlternateUpgrade,
            Dependencies = package.Dependencies(reader),
            OptionalDependencies = package.OptionalDependencies,
            Conflicts = package.Conflicts(reader),
            Provides = package.Provides,
            Replaces = package.Replaces,
            SideEffects = package.SideEffects,
            SizeInstalled = package.SizeInstalled(reader),
            SdOverrides = overrides,
            Build = build ?? throw reader.Missing("build"),
            PassedOver = members.PassedOver,
        };
    }

    private static List<SdOverride> ReadOverrides(ref StrictJsonReader reader, MemberReading members)
    {
        var list = new List<SdOverride>();
        reader.BeginArray();
        while (reader.NextElement())
        {
            if (list.Count == Limits.SdOverrides)
            {
                throw reader.Violation(
                    ManifestRule.ArrayLimit,
                    $"there are more than the {Limits.SdOverrides} entries allowed"
                );
            }

            string? path = null;
            byte[]? descriptor = null;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("path"u8))
                {
                    path = reader.ReadString();
                }
                else if (reader.NameIs("sd"u8))
                {
                    descriptor = ReadDescriptor(ref reader);
                }
                else
                {
                    members.Skip(ref reader, MemberHolder.SdOverride);
                }
            }

            list.Add(new SdOverride(path ?? throw reader.Missing("path"), descriptor ?? throw reader.Missing("sd")));
        }

        return list;
    }

    private static byte[] ReadDescriptor(ref StrictJsonReader reader)
    {
        var text = reader.ReadUtf8();
        if (text.Length > UnpaddedBase64.LengthOf(Limits.SecurityDescriptorBytes))
        {
            throw reader.Violation(
                ManifestRule.SecurityDescriptor,
                $"the security descriptor is larger than {Limits.SecurityDescriptorBytes} bytes"
            );
        }

        return UnpaddedBase64.TryDecode(text, out var bytes)
            ? bytes
            : throw reader.Violation(
                ManifestRule.SecurityDescriptor,
                "the security descriptor is not base64 without padding"
            );
    }

    private static BuildInfo ReadBuild(ref StrictJsonReader reader, RelationReader values)
    {
        Timestamp? timestamp = null;
        string? farmId = null;
        string? sourceRef = null;
        string? sourcePackage = null;
        string? recipeRef = null;
        string? builder = null;
        MemberReading members = values.Members;
        reader.BeginObject();
        while (reader.NextMember())
        {
            if (reader.NameIs("timestamp"u8))
            {
                timestamp = reader.ReadInterned(values.Timestamps);
            }
            else if (reader.NameIs("farm_id"u8))
            {
                farmId = reader.ReadString();
            }
            else if (reader.NameIs("source_ref"u8))
            {
                sourceRef = reader.ReadString();
            }
            else if (members.Is(reader, "source_package"u8, ManifestMembers.SourcePackage))
            {
                sourcePackage = reader.ReadString();
            }
            else if (members.Is(reader, "recipe_ref"u8, ManifestMembers.RecipeRef))
            {
                recipeRef = reader.ReadString();
            }
            else if (members.Is(reader, "builder"u8, ManifestMembers.Builder))
            {
                builder = reader.ReadString();
            }
            else
            {
                members.Skip(ref reader, MemberHolder.Build);
            }
        }

        return new BuildInfo(
            timestamp ?? throw reader.Missing("timestamp"),
            farmId ?? throw reader.Missing("farm_id"),
            sourceRef ?? throw reader.Missing("source_ref")
        )
        {
            SourcePackage = sourcePackage,
            RecipeRef = recipeRef,
            Builder = builder,
        };
    }

    private static void WriteFields(CanonicalJsonWriter writer, Manifest manifest)
    {
        writer.BeginObject();
        writer.Integer("schema_version"u8, 1UL);
        PackageDescriptionWriter.Write(writer, manifest);
        writer.Integer("size_installed"u8, manifest.SizeInstalled);
        writer.BeginArray("sd_overrides"u8);
        foreach (var item in manifest.SdOverrides)
        {
            writer.BeginObject();
            writer.String("path"u8, item.Path);
            writer.String("sd"u8, UnpaddedBase64.Encode(item.Descriptor.Span));
            writer.EndObject();
        }

        writer.EndArray();
        writer.BeginObject("build"u8);
        writer.String("timestamp"u8, manifest.Build.Timestamp.Text);
        writer.String("farm_id"u8, manifest.Build.FarmId);
        writer.String("source_ref"u8, manifest.Build.SourceRef);
        if (manifest.Build.SourcePackage is { } sourcePackage)
        {
            writer.String("source_package"u8, sourcePackage);
        }

        if (manifest.Build.RecipeRef is { } recipeRef)
        {
            writer.String("recipe_ref"u8, recipeRef);
        }

        if (manifest.Build.Builder is { } builder)
        {
            writer.String("builder"u8, builder);
        }

        writer.EndObject();
        writer.EndObject();
        writer.EndDocument();
    }
}
