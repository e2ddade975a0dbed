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
        if (package.LicenseClass != LicenseClass.Unknown)
        {
            writer.String("license_class"u8, package.LicenseClass.Text());
        }

        writer.String("homepage"u8, package.Homepage);
        if (package.DefaultRoot is { } root)
        {
            writer.String("default_root"u8, root.Text);
        }

        if (package.SpecialSystemPackage)
        {
            writer.Boolean("special_system_package"u8, true);
        }

        if (package.AlternateUpgrade is { } upgrade)
        {
            writer.BeginObject("alternate_upgrade"u8);
            writer.String("message"u8, upgrade.Message);
            writer.EndObject();
        }

        WriteDependencies(writer, "dependencies"u8, package.Dependencies);
        WriteDependencies(writer, "optional_dependencies"u8, package.OptionalDependencies);
        writer.BeginArray("conflicts"u8);
        foreach (var item in package.Conflicts)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny, item.Extras);
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

            WriteExtras(writer, item.Extras);
            writer.EndObject();
        }

        writer.EndArray();
        writer.BeginArray("replaces"u8);
        foreach (var item in package.Replaces)
        {
            WriteItem(writer, item.Name.Text, item.Constraint, archAny: false, item.Extras);
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
            WriteItem(writer, item.Name.Text, item.Constraint, item.ArchAny, item.Extras);
        }

        writer.EndArray();
    }

    private static void WriteItem(
        CanonicalJsonWriter writer,
        string name,
        VersionConstraint? constraint,
        bool archAny,
        RelationExtras? extras
    )
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

        WriteExtras(writer, extras);
        writer.EndObject();
    }

    // Known members come first, those that nobody here knows in the order of their source.
    private static void WriteExtras(CanonicalJsonWriter writer, RelationExtras? extras)
    {
        if (extras is null)
        {
            return;
        }

        if (extras.Root is { } root)
        {
            writer.String("root"u8, root.Text);
        }

        ClaimsJson.Write(writer, extras.Claims);
        extras.Unknown?.Write(writer);
    }
}
