using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Reads the values that manifests and index entries share, each distinct text checked once.</summary>
internal sealed class RelationReader
{
    private readonly InternTable<VirtualName> _virtualNames = new(ManifestRule.VirtualName, VirtualName.TryParse);
    private readonly InternTable<VersionConstraint> _constraints = new(
        ManifestRule.Constraint,
        VersionConstraint.TryParse
    );

    private readonly InternTable<VersionOperand> _operands = new(ManifestRule.ProvidedVersion, VersionOperand.TryParse);

    private readonly Scratch<Dependency> _dependencies = new();
    private readonly Scratch<Conflict> _conflicts = new();
    private readonly Scratch<Provide> _provides = new();
    private readonly Scratch<Replacement> _replaces = new();
    private readonly Scratch<SideEffect> _sideEffects = new();

    /// <summary>Package names.</summary>
    internal InternTable<PackageName> Names { get; } = new(ManifestRule.Name, PackageName.TryParse);

    /// <summary>Package versions.</summary>
    internal InternTable<PackageVersion> Versions { get; } = new(ManifestRule.Version, PackageVersion.TryParse);

    /// <summary>Architectures.</summary>
    internal InternTable<Architecture> Architectures { get; } = new(ManifestRule.Architecture, Architecture.TryParse);

    /// <summary>Timestamps.</summary>
    internal InternTable<Timestamp> Timestamps { get; } = new(ManifestRule.Timestamp, Timestamp.TryParse);

    /// <summary>Descriptions.</summary>
    internal InternTable<string> Descriptions { get; } = new(JsonRule.Type, Keep);

    /// <summary>Licences.</summary>
    internal InternTable<string> Licenses { get; } = new(JsonRule.Type, Keep);

    /// <summary>Homepages.</summary>
    internal InternTable<string> Homepages { get; } = new(JsonRule.Type, Keep);

    /// <summary>Names of build farms.</summary>
    internal InternTable<string> FarmIds { get; } = new(JsonRule.Type, Keep);

    internal IReadOnlyList<Dependency> ReadDependencies(ref StrictJsonReader reader, int limit)
    {
        var list = _dependencies;
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

            Add(ref reader, list, new Dependency(name ?? throw reader.Missing("name"), constraint, archAny), limit);
        }

        return list.Take();
    }

    internal IReadOnlyList<Conflict> ReadConflicts(ref StrictJsonReader reader, int limit)
    {
        var list = _conflicts;
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

            Add(ref reader, list, new Conflict(name ?? throw reader.Missing("name"), constraint, archAny), limit);
        }

        return list.Take();
    }

    internal IReadOnlyList<Provide> ReadProvides(ref StrictJsonReader reader, int limit)
    {
        var list = _provides;
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

            Add(ref reader, list, new Provide(name ?? throw reader.Missing("name"), version), limit);
        }

        return list.Take();
    }

    internal IReadOnlyList<Replacement> ReadReplaces(ref StrictJsonReader reader, int limit)
    {
        var list = _replaces;
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

            Add(ref reader, list, new Replacement(name ?? throw reader.Missing("name"), constraint), limit);
        }

        return list.Take();
    }

    internal IReadOnlyList<SideEffect> ReadSideEffects(ref StrictJsonReader reader)
    {
        var list = _sideEffects;
        reader.BeginArray();
        while (reader.NextElement())
        {
            var text = reader.ReadString();
            if (!SideEffects.TryParse(text, out SideEffect effect))
            {
                throw reader.Violation(
                    ManifestRule.SideEffectUnknown,
                    $"{DisplayText.Quote(text)} is no side effect; there are {SideEffects.Known}"
                );
            }

            if (list.Items.Contains(effect))
            {
                throw reader.Violation(
                    ManifestRule.SideEffectDuplicate,
                    $"the side effect {DisplayText.Quote(text)} is declared twice"
                );
            }

            list.Items.Add(effect);
        }

        return list.Take();
    }

    /// <summary>Reads a schema version, of which there is only the first.</summary>
    internal static ulong ReadSchemaVersion(ref StrictJsonReader reader)
    {
        var version = reader.ReadUInt64();
        return version == 1
            ? version
            : throw reader.Violation(
                ManifestRule.SchemaVersion,
                $"the schema version is {version}; this program knows version 1 only"
            );
    }

    private static bool Keep(string? text, out string value, out string? error)
    {
        value = text ?? "";
        error = null;
        return true;
    }

    private static void Add<T>(ref StrictJsonReader reader, Scratch<T> list, T item, int limit)
        where T : struct
    {
        if (list.Items.Count == limit)
        {
            throw reader.Violation(ManifestRule.ArrayLimit, $"there are more than the {limit} entries allowed");
        }

        list.Items.Add(item);
    }

    private static bool TryReadArch(ref StrictJsonReader reader, ref bool archAny)
    {
        if (!reader.NameIs("arch"u8))
        {
            return false;
        }

        var text = reader.ReadString();
        archAny =
            text == "any"
                ? true
                : throw reader.Violation(
                    ManifestRule.ArchitectureQualifier,
                    $"the architecture qualifier {DisplayText.Quote(text)} is not \"any\", the only one there is"
                );
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

    /// <summary>A list used for one array after the other; neighbours that are alike share their result.</summary>
    private sealed class Scratch<T>
        where T : struct
    {
        private T[] _last = [];

        internal List<T> Items { get; } = [];

        internal T[] Take()
        {
            if (Items.Count == 0)
            {
                return [];
            }

            var items = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Items);
            if (!items.SequenceEqual(_last))
            {
                _last = items.ToArray();
            }

            Items.Clear();
            return _last;
        }
    }
}
