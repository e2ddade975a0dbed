using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Every rule that a manifest must keep as a whole (PSD-009 §3.3, PSPU 5.18).</summary>
public static class ManifestRules
{
    /// <summary>Checks a manifest that is to be written.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="edition">The edition whose producer writes it.</param>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the pointer to the place.</exception>
    public static void Check(Manifest manifest, Edition edition)
    {
        RequireMembers(manifest, edition);
        RequireArchitecture(manifest, edition);
        CheckRead(manifest, edition);
        if (ProducerFaults(manifest) is [var fault, ..])
        {
            throw fault;
        }

        if (manifest.Build.Timestamp.UnixSeconds > Limits.ArchiveTime)
        {
            throw Violation(
                ManifestRule.Timestamp,
                "/build/timestamp",
                $"{manifest.Build.Timestamp} is later than 2242-03-16T12:56:31Z, the last time an archive entry can have"
            );
        }

        RequireProvenance(manifest.Build);
    }

    /// <summary>
    /// What of the rules that bind producers alone a package breaks. A new package is refused for it; one that is published
    /// already serves as well as any other.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    public static IReadOnlyList<FormatViolationException> ProducerFaults(Manifest manifest) =>
        RelationRules.ProducerFault(RelationRules.Site.Alone, manifest) is { } fault ? [fault] : [];

    /// <summary>Advice about a manifest that keeps every rule.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="edition">The edition whose reader or producer asks.</param>
    public static IEnumerable<LayoutProblem> Advice(Manifest manifest, Edition edition)
    {
        if (
            edition.Has(ManifestMembers.LicenseClass)
            && manifest.LicenseClass == LicenseClass.Unknown
            && manifest.License.Contains("LicenseRef-", StringComparison.Ordinal)
        )
        {
            yield return new LayoutProblem(
                LayoutSeverity.Warning,
                ManifestRule.LicenseClass,
                "",
                $"the licence {DisplayText.Quote(manifest.License)} is not one that everybody knows; say with license_class "
                    + "whether it is free, firmware or proprietary"
            );
        }

        foreach (Provide item in manifest.Provides.Where(_ => edition.WarnsOfHigherProvides))
        {
            if (
                item.Version is { } version
                && VersionConstraint.TryParse("< " + version.Text, out VersionConstraint above, out _)
                && above.IsSatisfiedBy(manifest.Version)
            )
            {
                yield return new LayoutProblem(
                    LayoutSeverity.Warning,
                    ManifestRule.HigherProvides,
                    "",
                    $"the package provides {item.Name} {version.Text}, above its own version {manifest.Version}"
                );
            }
        }
    }

    /// <summary>Checks a manifest that was read.</summary>
    internal static void CheckRead(Manifest manifest, Edition edition)
    {
        var site = RelationRules.Site.Alone;
        RelationRules.Check(site, manifest, edition);
        RelationRules.CheckLength(site, "sd_overrides", manifest.SdOverrides.Count, Limits.SdOverrides);
        for (var index = 0; index < manifest.SdOverrides.Count; index++)
        {
            CheckOverride(index, index == 0 ? null : manifest.SdOverrides[index - 1], manifest.SdOverrides[index]);
        }
    }

    private static FormatViolationException Violation(string rule, string pointer, string detail) =>
        new(rule, pointer, detail);

    private static void RequireMembers(Manifest manifest, Edition edition)
    {
        foreach ((ManifestMembers member, string pointer) in Used(manifest))
        {
            if (edition.Lack(member) is { } lack)
            {
                throw Violation(ManifestRule.UnknownMember, pointer, lack);
            }
        }

        for (int index = 0; index < manifest.SideEffects.Count; index++)
        {
            if (edition.Lack(manifest.SideEffects[index]) is { } lack)
            {
                throw Violation(ManifestRule.SideEffectUnknown, $"/side_effects/{index}", lack);
            }
        }
    }

    private static IEnumerable<(ManifestMembers Member, string Pointer)> Used(Manifest manifest)
    {
        (ManifestMembers Member, string Pointer, bool IsUsed)[] members =
        [
            (ManifestMembers.LicenseClass, "/license_class", manifest.LicenseClass != LicenseClass.Unknown),
            (ManifestMembers.DefaultRoot, "/default_root", manifest.DefaultRoot is not null),
            (ManifestMembers.SpecialSystemPackage, "/special_system_package", manifest.SpecialSystemPackage),
            (ManifestMembers.AlternateUpgrade, "/alternate_upgrade", manifest.AlternateUpgrade is not null),
            (ManifestMembers.SourcePackage, "/build/source_package", manifest.Build.SourcePackage is not null),
            (ManifestMembers.RecipeRef, "/build/recipe_ref", manifest.Build.RecipeRef is not null),
            (ManifestMembers.Builder, "/build/builder", manifest.Build.Builder is not null),
        ];
        return members
            .Where(row => row.IsUsed)
            .Select(row => (row.Member, row.Pointer))
            .Concat(UsedBy("dependencies", manifest.Dependencies))
            .Concat(UsedBy("optional_dependencies", manifest.OptionalDependencies))
            .Concat(UsedBy("conflicts", manifest.Conflicts))
            .Concat(UsedBy("provides", manifest.Provides))
            .Concat(UsedBy("replaces", manifest.Replaces));
    }

    private static IEnumerable<(ManifestMembers Member, string Pointer)> UsedBy<T>(string field, IReadOnlyList<T> list)
        where T : struct, IRelation
    {
        for (int index = 0; index < list.Count; index++)
        {
            if (list[index].Extras?.Root is not null)
            {
                yield return (ManifestMembers.Root, $"/{field}/{index}/root");
            }

            if (list[index].Extras?.Claims.Slots.Count > 0)
            {
                yield return (ManifestMembers.Claims, $"/{field}/{index}/claims");
            }
        }
    }

    private static void RequireArchitecture(Manifest manifest, Edition edition)
    {
        if (!edition.Knows(manifest.Architecture))
        {
            throw Violation(
                ManifestRule.Architecture,
                "/architecture",
                $"packages cannot be built for {DisplayText.Quote(manifest.Architecture.Text)} in edition {edition.Name}"
                    + edition.Elsewhere(other => other.Knows(manifest.Architecture))
                    + $"; there are {edition.ArchitectureNames}"
            );
        }
    }

    private static void RequireProvenance(BuildInfo build)
    {
        if (build.SourcePackage is { } name && !PackageName.TryParse(name, out _, out string? error))
        {
            throw Violation(ManifestRule.Provenance, "/build/source_package", error);
        }

        foreach (
            (string pointer, string? text) in new[]
            {
                ("/build/recipe_ref", build.RecipeRef),
                ("/build/builder", build.Builder),
            }
        )
        {
            if (text is not null && (text.Length == 0 || text.Any(char.IsControl)))
            {
                throw Violation(
                    ManifestRule.Provenance,
                    pointer,
                    text.Length == 0
                        ? "it is empty; leave it out"
                        : "it has a control character; write one line of text"
                );
            }
        }
    }

    private static void CheckOverride(int index, SdOverride? previous, SdOverride current)
    {
        var pointer = $"/sd_overrides/{index}";
        if (!PayloadPath.TryValidate(current.Path, out var error))
        {
            throw Violation(ManifestRule.Path, pointer + "/path", error);
        }

        var order = previous is null ? -1 : PayloadPath.Compare(previous.Path, current.Path);
        if (order >= 0)
        {
            throw Violation(
                ManifestRule.SdOverrideOrder,
                pointer + "/path",
                order == 0
                    ? $"{DisplayText.Quote(current.Path)} has two security descriptors"
                    : $"sd_overrides is not sorted by path: {DisplayText.Quote(current.Path)} comes after "
                        + DisplayText.Quote(previous!.Path)
            );
        }

        var fault =
            current.Descriptor.Length > Limits.SecurityDescriptorBytes
                ? $"it has {current.Descriptor.Length} bytes, more than {Limits.SecurityDescriptorBytes}"
                : SecurityDescriptor.Fault(current.Descriptor.Span);
        if (fault is not null)
        {
            throw Violation(
                ManifestRule.SecurityDescriptor,
                pointer + "/sd",
                $"this is no security descriptor: {fault}"
            );
        }
    }
}
