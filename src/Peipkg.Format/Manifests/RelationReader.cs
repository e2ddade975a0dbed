using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Manifests;

/// <summary>Reads the values that manifests and index entries share, each distinct text checked once.</summary>
internal sealed class RelationReader
{
    private readonly InternTable<VirtualName> _virtualNames = new(ManifestRule.VirtualName, VirtualName.TryParse);
    private readonly InternTable<VersionConstraint> _constraints =
        new(ManifestRule.Constraint, VersionConstraint.TryParse);

    private readonly InternTable<VersionOperand> _operands = new(ManifestRule.ProvidedVersion, VersionOperand.TryParse);

    /// <summary>Package names.</summary>
    internal InternTable<PackageName> Names { get; } = new(ManifestRule.Name, PackageName.TryParse);

    /// <summary>Package versions.</summary>
    internal InternTable<PackageVersion> Versions { get; } = new(ManifestRule.Version, PackageVersion.TryParse);

    /// <summary>Architectures.</summary>
    internal InternTable<Architecture> Architectures { get; } = new(ManifestRule.Architecture, Architecture.TryParse);

    /// <summary>Timestamps.</summary>
    internal InternTable<Timestamp> Timestamps { get; } = new(ManifestRule.Timestamp, Timestamp.TryParse);

    /// <summary>Texts that need no check, such as licences.</summary>
    internal InternTable<string> Texts { get; } = new(JsonRule.Type, Keep);

    internal IReadOnlyList<Dependency> ReadDependencies(ref StrictJsonReader reader, int limit)
    {
        List<Dependency>? list = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            VirtualName? name = null;
            VersionConstraint? constraint = null;
            var archAny = false;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(_virtualNames);
                }
                else if (!TryReadConstraint(ref reader, ref constraint) && !TryReadArch(ref reader, ref archAny))
                {
                    reader.Skip();
                }
            }

            Add(ref reader, ref list, new Dependency(name ?? throw reader.Missing("name"), constraint, archAny), limit);
        }

        return Freeze(list);
    }

    internal IReadOnlyList<Conflict> ReadConflicts(ref StrictJsonReader reader, int limit)
    {
        List<Conflict>? list = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            PackageName? name = null;
            VersionConstraint? constraint = null;
            var archAny = false;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(Names);
                }
                else if (!TryReadConstraint(ref reader, ref constraint) && !TryReadArch(ref reader, ref archAny))
                {
                    reader.Skip();
                }
            }

            Add(ref reader, ref list, new Conflict(name ?? throw reader.Missing("name"), constraint, archAny), limit);
        }

        return Freeze(list);
    }

    internal IReadOnlyList<Provide> ReadProvides(ref StrictJsonReader reader, int limit)
    {
        List<Provide>? list = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            VirtualName? name = null;
            VersionOperand? version = null;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(_virtualNames);
                }
                else if (reader.NameIs("version"u8))
                {
                    version = reader.ReadInterned(_operands);
                }
                else
                {
                    reader.Skip();
                }
            }

            Add(ref reader, ref list, new Provide(name ?? throw reader.Missing("name"), version), limit);
        }

        return Freeze(list);
    }

    internal IReadOnlyList<Replacement> ReadReplaces(ref StrictJsonReader reader, int limit)
    {
        List<Replacement>? list = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            PackageName? name = null;
            VersionConstraint? constraint = null;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(Names);
                }
                else if (!TryReadConstraint(ref reader, ref constraint))
                {
                    reader.Skip();
                }
            }

            Add(ref reader, ref list, new Replacement(name ?? throw reader.Missing("name"), constraint), limit);
        }

        return Freeze(list);
    }

    internal static IReadOnlyList<SideEffect> ReadSideEffects(ref StrictJsonReader reader)
    {
        List<SideEffect>? list = null;
        reader.BeginArray();
        while (reader.NextElement())
        {
            var text = reader.ReadString();
            if (!SideEffects.TryParse(text, out var effect))
            {
                throw reader.Violation(
                    ManifestRule.SideEffectUnknown,
                    $"{DisplayText.Quote(text)} is no side effect; there are {SideEffects.Known}");
            }

            if (list is not null && list.Contains(effect))
            {
                throw reader.Violation(
                    ManifestRule.SideEffectDuplicate, $"the side effect {DisplayText.Quote(text)} is declared twice");
            }

            (list ??= []).Add(effect);
        }

        return Freeze(list);
    }

    /// <summary>Reads a schema version, of which there is only the first.</summary>
    internal static ulong ReadSchemaVersion(ref StrictJsonReader reader)
    {
        var version = reader.ReadUInt64();
        return version == 1
            ? version
            : throw reader.Violation(
                ManifestRule.SchemaVersion, $"the schema version is {version}; this program knows version 1 only");
    }

    private static bool Keep(string? text, out string value, out string? error)
    {
        value = text ?? "";
        error = null;
        return true;
    }

    private static void Add<T>(ref StrictJsonReader reader, ref List<T>? list, T item, int limit)
    {
        list ??= [];
        if (list.Count == limit)
        {
            throw reader.Violation(ManifestRule.ArrayLimit, $"there are more than the {limit} entries allowed");
        }

        list.Add(item);
    }

    private static T[] Freeze<T>(List<T>? list) => list?.ToArray() ?? [];

    private static bool TryReadArch(ref StrictJsonReader reader, ref bool archAny)
    {
        if (!reader.NameIs("arch"u8))
        {
            return false;
        }

        var text = reader.ReadString();
        archAny = text == "any"
            ? true
            : throw reader.Violation(
                ManifestRule.ArchitectureQualifier,
                $"the architecture qualifier {DisplayText.Quote(text)} is not \"any\", the only one there is");
        return true;
    }

    private bool TryReadConstraint(ref StrictJsonReader reader, ref VersionConstraint? constraint)
    {
        if (!reader.NameIs("constraint"u8))
        {
            return false;
        }

        constraint = reader.ReadInterned(_constraints);
        return true;
    }
}
