using Peipkg.Format.Editions;

namespace Peipkg.Format.Manifests;

/// <summary>A kind of object and the members that it may have.</summary>
/// <param name="Name">What it is, with its article.</param>
/// <param name="InAll">The members that it has in every edition.</param>
/// <param name="InSome">Those that it has in some.</param>
internal sealed record MemberHolder(string Name, IReadOnlyList<string> InAll, IReadOnlyList<ManifestMembers> InSome)
{
    /// <summary>Members that others of its kind have and that it is refused for, in the editions that know them.</summary>
    internal IReadOnlyList<ManifestMembers> Refused { get; private init; } = [];

    internal static MemberHolder Manifest { get; } =
        new(
            "a manifest",
            [
                "schema_version",
                "name",
                "version",
                "architecture",
                "description",
                "license",
                "homepage",
                "dependencies",
                "optional_dependencies",
                "conflicts",
                "provides",
                "replaces",
                "side_effects",
                "size_installed",
                "sd_overrides",
                "build",
            ],
            [
                ManifestMembers.LicenseClass,
                ManifestMembers.DefaultRoot,
                ManifestMembers.SpecialSystemPackage,
                ManifestMembers.AlternateUpgrade,
            ]
        );

    internal static MemberHolder Build { get; } =
        new(
            "a manifest's build",
            ["timestamp", "farm_id", "source_ref"],
            [ManifestMembers.SourcePackage, ManifestMembers.RecipeRef, ManifestMembers.Builder]
        );

    internal static MemberHolder SdOverride { get; } = new("an sd_override", ["path", "sd"], []);

    internal static MemberHolder AlternateUpgrade { get; } = new("alternate_upgrade", ["message"], []);

    internal static MemberHolder ClaimSlot { get; } = new("a claim's slot", ["path", "target"], []);

    internal static MemberHolder Dependency { get; } =
        new("a dependency", ["name", "constraint", "arch"], [ManifestMembers.Root, ManifestMembers.Claims]);

    internal static MemberHolder Conflict { get; } =
        new("a conflict", ["name", "constraint", "arch"], [])
        {
            Refused = [ManifestMembers.Root, ManifestMembers.Claims],
        };

    internal static MemberHolder Provide { get; } =
        new("a provided name", ["name", "version"], [ManifestMembers.Claims]);

    internal static MemberHolder Replacement { get; } =
        new("a replacement", ["name", "constraint"], []) { Refused = [ManifestMembers.Claims] };

    internal IEnumerable<string> NamesIn(Edition edition) =>
        InAll.Concat(InSome.Where(member => edition.Has(member)).Select(member => member.Name()));
}
