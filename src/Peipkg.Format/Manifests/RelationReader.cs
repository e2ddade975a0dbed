using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Reads the values that manifests and index entries share, each distinct text checked once.</summary>
/// <param name="members">What becomes of members that the edition does not have.</param>
internal sealed class RelationReader(MemberReading members)
{
    private readonly InternTable<VirtualName> _virtualNames = new(ManifestRule.VirtualName, VirtualName.TryParse);
    private readonly InternTable<VersionConstraint> _constraints = new(
        ManifestRule.Constraint,
        VersionConstraint.TryParse
    );

    private readonly InternTable<VersionOperand> _operands = new(ManifestRule.ProvidedVersion, VersionOperand.TryParse);

    private readonly InternTable<RootName> _roots = new(ManifestRule.Root, RootName.TryParse);

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

    /// <summary>What becomes of members that the edition does not have.</summary>
    internal MemberReading Members => members;

    internal IReadOnlyList<Dependency> ReadDependencies(ref StrictJsonReader reader, int limit)
    {
        reader.BeginArray();
        while (reader.NextElement())
        {
            VirtualName? name = null;
            Qualifiers more = default;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(_virtualNames);
                }
                else
                {
                    Read(ref reader, MemberHolder.Dependency, ref more);
                }
            }

            Add(
                ref reader,
                _dependencies,
                new Dependency(name ?? throw reader.Missing("name"), more.Constraint, more.ArchAny)
                {
                    Extras = more.Extras,
                },
                limit
            );
        }

        return _dependencies.Take();
    }

    internal IReadOnlyList<Conflict> ReadConflicts(ref StrictJsonReader reader, int limit)
    {
        reader.BeginArray();
        while (reader.NextElement())
        {
            PackageName? name = null;
            Qualifiers more = default;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(Names);
                }
                else
                {
                    Read(ref reader, MemberHolder.Conflict, ref more);
                }
            }

            Add(
                ref reader,
                _conflicts,
                new Conflict(name ?? throw reader.Missing("name"), more.Constraint, more.ArchAny)
                {
                    Extras = more.Extras,
                },
                limit
            );
        }

        return _conflicts.Take();
    }

    internal IReadOnlyList<Provide> ReadProvides(ref StrictJsonReader reader, int limit)
    {
        reader.BeginArray();
        while (reader.NextElement())
        {
            VirtualName? name = null;
            VersionOperand? version = null;
            Qualifiers more = default;
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
                    Read(ref reader, MemberHolder.Provide, ref more);
                }
            }

            Add(
                ref reader,
                _provides,
                new Provide(name ?? throw reader.Missing("name"), version) { Extras = more.Extras },
                limit
            );
        }

        return _provides.Take();
    }

    internal IReadOnlyList<Replacement> ReadReplaces(ref StrictJsonReader reader, int limit)
    {
        reader.BeginArray();
        while (reader.NextElement())
        {
            PackageName? name = null;
            Qualifiers more = default;
            reader.BeginObject();
            while (reader.NextMember())
            {
                if (reader.NameIs("name"u8))
                {
                    name = reader.ReadInterned(Names);
                }
                else
                {
                    Read(ref reader, MemberHolder.Replacement, ref more);
                }
            }

            Add(
                ref reader,
                _replaces,
                new Replacement(name ?? throw reader.Missing("name"), more.Constraint) { Extras = more.Extras },
                limit
            );
        }

        return _replaces.Take();
    }

    internal IReadOnlyList<SideEffect> ReadSideEffects(ref StrictJsonReader reader)
    {
        var list = _sideEffects;
        reader.BeginArray();
        while (reader.NextElement())
        {
            var text = reader.ReadString();
            Edition edition = members.Edition;
            if (!SideEffects.TryParse(text, out SideEffect effect) || !edition.Knows(effect))
            {
                throw reader.Violation(
                    ManifestRule.SideEffectUnknown,
                    $"{DisplayText.Quote(text)} is no side effect in edition {edition.Name}"
                        + edition.Elsewhere(other => SideEffects.TryParse(text, out effect) && other.Knows(effect))
                        + $"; there are {edition.SideEffectNames}"
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

    private void Read(ref StrictJsonReader reader, MemberHolder holder, ref Qualifiers more)
    {
        if (reader.NameIs("constraint"u8) && holder.InAll.Contains("constraint"))
        {
            more.Constraint = reader.ReadInterned(_constraints);
        }
        else if (reader.NameIs("arch"u8) && holder.InAll.Contains("arch"))
        {
            more.ArchAny = ReadArch(ref reader);
        }
        else if (members.Is(reader, "root"u8, ManifestMembers.Root) && holder.InSome.Contains(ManifestMembers.Root))
        {
            more.Root = reader.ReadInterned(_roots);
        }
        else if (
            members.Is(reader, "claims"u8, ManifestMembers.Claims) && holder.InSome.Contains(ManifestMembers.Claims)
        )
        {
            more.Claims = ClaimsJson.Read(ref reader, members);
        }
        else
        {
            RequireNotRefused(reader, holder);
            more.Unknown = members.Keep(ref reader, holder, more.Unknown);
        }
    }

    private void RequireNotRefused(in StrictJsonReader reader, MemberHolder holder)
    {
        foreach (ManifestMembers member in holder.Refused)
        {
            if (members.Edition.Has(member) && reader.NameIs(Encoding.UTF8.GetBytes(member.Name())))
            {
                throw reader.Violation(
                    member == ManifestMembers.Root ? ManifestRule.Root : ManifestRule.Claims,
                    $"{holder.Name} may not have {member.Name()}"
                );
            }
        }
    }

    private static bool ReadArch(ref StrictJsonReader reader)
    {
        var text = reader.ReadString();
        return text == "any"
            ? true
            : throw reader.Violation(
                ManifestRule.ArchitectureQualifier,
                $"the architecture qualifier {DisplayText.Quote(text)} is not \"any\", the only one there is"
            );
    }

    /// <summary>All that a relation may have besides its name.</summary>
    private struct Qualifiers
    {
        internal VersionConstraint? Constraint;
        internal bool ArchAny;
        internal RootName? Root;
        internal Claims? Claims;
        internal UnknownMembers? Unknown;

        internal readonly RelationExtras? Extras => RelationExtras.Of(Root, Claims, Unknown);
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
