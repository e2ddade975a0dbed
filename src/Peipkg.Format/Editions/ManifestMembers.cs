namespace Peipkg.Format.Editions;

/// <summary>The members of a manifest that not every edition has.</summary>
[Flags]
public enum ManifestMembers
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>license_class</c>.</summary>
    LicenseClass = 1,

    /// <summary><c>default_root</c>.</summary>
    DefaultRoot = 2,

    /// <summary><c>special_system_package</c>.</summary>
    SpecialSystemPackage = 4,

    /// <summary><c>alternate_upgrade</c>.</summary>
    AlternateUpgrade = 8,

    /// <summary><c>build.source_package</c>.</summary>
    SourcePackage = 16,

    /// <summary><c>build.recipe_ref</c>.</summary>
    RecipeRef = 32,

    /// <summary><c>build.builder</c>.</summary>
    Builder = 64,

    /// <summary><c>root</c> of a dependency.</summary>
    Root = 128,

    /// <summary><c>claims</c> of a dependency or a provided name.</summary>
    Claims = 256,

    /// <summary>
    /// Those that change what is installed, or where: a consumer that does not know them would install something else.
    /// </summary>
    ChangeInstallation = DefaultRoot | SpecialSystemPackage | AlternateUpgrade | Root | Claims,

    /// <summary>Those that an index repeats.</summary>
    InIndex = LicenseClass | DefaultRoot | AlternateUpgrade | Root | Claims,
}

/// <summary>The spelling of members.</summary>
public static class ManifestMemberNames
{
    private static readonly (ManifestMembers Member, string Name)[] Table =
    [
        (ManifestMembers.LicenseClass, "license_class"),
        (ManifestMembers.DefaultRoot, "default_root"),
        (ManifestMembers.SpecialSystemPackage, "special_system_package"),
        (ManifestMembers.AlternateUpgrade, "alternate_upgrade"),
        (ManifestMembers.SourcePackage, "source_package"),
        (ManifestMembers.RecipeRef, "recipe_ref"),
        (ManifestMembers.Builder, "builder"),
        (ManifestMembers.Root, "root"),
        (ManifestMembers.Claims, "claims"),
    ];

    /// <summary>The name of one member in a document.</summary>
    public static string Name(this ManifestMembers member) => Array.Find(Table, row => row.Member == member).Name;

    /// <summary>The names of all members in a set.</summary>
    public static IEnumerable<string> Names(this ManifestMembers members) =>
        Table.Where(row => members.HasFlag(row.Member)).Select(row => row.Name);

    /// <summary>The members of a set that stand in the manifest itself.</summary>
    public static ManifestMembers OfManifest(this ManifestMembers members) =>
        members
        & (
            ManifestMembers.LicenseClass
            | ManifestMembers.DefaultRoot
            | ManifestMembers.SpecialSystemPackage
            | ManifestMembers.AlternateUpgrade
        );

    /// <summary>The members of a set that stand in <c>build</c>.</summary>
    public static ManifestMembers OfBuild(this ManifestMembers members) =>
        members & (ManifestMembers.SourcePackage | ManifestMembers.RecipeRef | ManifestMembers.Builder);
}
