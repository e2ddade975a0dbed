using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;

namespace Peipkg.Format.Manifests;

/// <summary>Writes the fields that manifests and index entries share, in their canonical order.</summary>
internal static class PackageDescriptionWriter
{
    /// <summary>Writes the fields from <c>name</c> to <c>side_effects</c>.</summary>
    internal static void Write(CanonicalJsonWriter writer, IPackageDescription package)
    {
        writer.String("name"u8, package.Name.Text);
        writer.String("version"u8, package.Version.Text);
        writer.String("architecture"u8, package.Architecture.Text);
        writer.String("description"u8, package.Description);
        writer.String("license"u8, package.License);
        writer.String("homepage"u8, package.Homepage);
        WriteDependencies(writer, "dependencies"u8, package.Dependencies);
        WriteDependencies(writer, "optional_dependencies"u8, package.OptionalDependencies);
        writer.BeginArray("conflicts"u8);
        foreach (var item in package.Conflicts)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny);
        }

        writer.EndArray();
        writer.BeginArray("provides"u8);
        foreach (var item in package.Provides)
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
        foreach (var item in package.Replaces)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, archAny: false);
        }

        writer.EndArray();
        writer.BeginArray("side_effects"u8);
        foreach (SideEffect effect in package.SideEffects)
        {
            writer.String(effect.Text());
        }

        writer.EndArray();
    }

    private static void WriteDependencies(
        CanonicalJsonWriter writer,
        ReadOnlySpan<byte> field,
        IReadOnlyList<Dependency> list
    )
    {
        writer.BeginArray(field);
        foreach (var item in list)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny);
        }

        writer.EndArray();
    }

    private static void WriteItem(CanonicalJsonWriter writer, string name, VersionConstraint? constraint, bool archAny)
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
