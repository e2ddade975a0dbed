using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Manifests;

/// <summary>Writes the lists that manifests and index entries share, in the canonical order of fields.</summary>
internal static class RelationWriter
{
    /// <summary>Writes the fields from <c>dependencies</c> to <c>side_effects</c>.</summary>
    internal static void Write(
        CanonicalJsonWriter writer,
        IReadOnlyList<Dependency> dependencies,
        IReadOnlyList<Dependency> optionalDependencies,
        IReadOnlyList<Conflict> conflicts,
        IReadOnlyList<Provide> provides,
        IReadOnlyList<Replacement> replaces,
        IReadOnlyList<SideEffect> sideEffects)
    {
        WriteDependencies(writer, "dependencies"u8, dependencies);
        WriteDependencies(writer, "optional_dependencies"u8, optionalDependencies);
        writer.BeginArray("conflicts"u8);
        foreach (var item in conflicts)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny);
        }

        writer.EndArray();
        writer.BeginArray("provides"u8);
        foreach (var item in provides)
        {
            writer.BeginObject();
            writer.String("name"u8, item.Name.Text);
            if (item.Version is { } version)
            {
                writer.String("version"u8, version.Text);
            }

            writer.EndObject();
        }

        writer.EndArray();
        writer.BeginArray("replaces"u8);
        foreach (var item in replaces)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, archAny: false);
        }

        writer.EndArray();
        writer.BeginArray("side_effects"u8);
        foreach (var effect in sideEffects)
        {
            writer.String(effect.Text());
        }

        writer.EndArray();
    }

    private static void WriteDependencies(
        CanonicalJsonWriter writer, ReadOnlySpan<byte> field, IReadOnlyList<Dependency> list)
    {
        writer.BeginArray(field);
        foreach (var item in list)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny);
        }

        writer.EndArray();
    }

    private static void WriteItem(
        CanonicalJsonWriter writer, string name, VersionConstraint? constraint, bool archAny)
    {
        writer.BeginObject();
        writer.String("name"u8, name);
        if (constraint is { } given)
        {
            writer.String("constraint"u8, given.Text);
        }

        if (archAny)
        {
            writer.String("arch"u8, "any");
        }

        writer.EndObject();
    }
}
