using System.Globalization;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>The rules that the lists of a manifest and of an index entry share (PSD-009 §4.1, §4.3).</summary>
internal static class RelationRules
{
    /// <summary>Where the lists stand: in an object of their own, such as a manifest, or in an entry of an index.</summary>
    /// <param name="Entry">The entry's number, or −1 for an object of their own.</param>
    internal readonly record struct Site(int Entry)
    {
        internal static Site Alone { get; } = new(-1);

        internal FormatViolationException Violation(string rule, string pointer, string detail) =>
            new(rule, ToString() + pointer, detail);

        public override string ToString() =>
            Entry < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"/packages/{Entry}");
    }

    /// <summary>Checks everything that a manifest and an index entry have in common and that readers judge.</summary>
    internal static void Check(Site site, IPackageDescription package, Edition edition)
    {
        CheckIdentity(site, package, edition);
        if (package.Homepage.Length > 0 && !HttpUrl.TryValidateAbsolute(package.Homepage, out var error))
        {
            throw site.Violation(ManifestRule.Homepage, "/homepage", error);
        }

        if (package.AlternateUpgrade?.Fault is { } fault)
        {
            throw site.Violation(
                ManifestRule.AlternateUpgrade,
                "/alternate_upgrade/message",
                $"the message cannot be shown: {fault}"
            );
        }

        CheckList(site, "dependencies", package.Dependencies, Limits.Dependencies, edition);
        CheckList(site, "optional_dependencies", package.OptionalDependencies, Limits.OptionalDependencies, edition);
        CheckList(site, "conflicts", package.Conflicts, Limits.Conflicts, edition);
        CheckList(site, "provides", package.Provides, Limits.Provides, edition);
        CheckList(site, "replaces", package.Replaces, Limits.Replaces, edition);
        CheckSideEffects(site, package.SideEffects);
        if (package.SizeInstalled < 0)
        {
            throw site.Violation(ManifestRule.Size, "/size_installed", "the size is negative");
        }
    }

    /// <summary>What of the rules that bind producers alone a package breaks, or null.</summary>
    internal static FormatViolationException? ProducerFault(Site site, IPackageDescription package)
    {
        var description = package.Description;
        var bad = description.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        return bad < 0
            ? null
            : site.Violation(
                ManifestRule.Description,
                "/description",
                $"the description holds {DisplayText.Character(description, bad)} at position {bad + 1}; "
                    + "use printable ASCII only"
            );
    }

    /// <summary>Checks that an array is within its limit.</summary>
    internal static void CheckLength(Site site, string field, int count, int limit)
    {
        if (count > limit)
        {
            throw site.Violation(
                ManifestRule.ArrayLimit,
                $"/{field}",
                $"{field} has more than the {limit} entries allowed"
            );
        }
    }

    private static void CheckList<T>(Site site, string field, IReadOnlyList<T> list, int limit, Edition edition)
        where T : struct, IRelation
    {
        CheckLength(site, field, list.Count, limit);
        var previous = "";
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            CheckName(site, field, index, previous, item.NameText);
            if (item.QualifierText is "")
            {
                throw site.Violation(
                    T.QualifierRule,
                    $"/{field}/{index}/{T.QualifierField}",
                    $"the {T.QualifierField} is empty"
                );
            }

            if (item.Extras?.Claims is { Slots.Count: > 0 } claims)
            {
                CheckClaims<T>(site, $"/{field}/{index}/claims", claims, edition);
            }

            previous = item.NameText;
        }
    }

    private static void CheckClaims<T>(Site site, string pointer, Claims claims, Edition edition)
        where T : struct, IRelation
    {
        if (T.FillsClaims is not { } fills)
        {
            throw site.Violation(ManifestRule.Claims, pointer, "only dependencies and provided names have claims");
        }

        if (claims.Slots.Count > Limits.ClaimSlots)
        {
            throw site.Violation(
                ManifestRule.Claims,
                pointer,
                $"there are more than the {Limits.ClaimSlots} slots allowed"
            );
        }

        for (var index = 0; index < claims.Slots.Count; index++)
        {
            ClaimSlot slot = claims.Slots[index];
            string? fault =
                index > 0 && claims.Slots[index - 1].Slot == slot.Slot ? "it comes twice" : slot.Fault(fills, edition);
            if (fault is not null)
            {
                throw site.Violation(
                    ManifestRule.Claims,
                    $"{pointer}/{slot.Slot}",
                    $"the slot {DisplayText.Quote(slot.Slot.Text)} is malformed: {fault}"
                );
            }
        }
    }

    private static void CheckSideEffects(Site site, IReadOnlyList<SideEffect> list)
    {
        var seen = 0;
        for (var index = 0; index < list.Count; index++)
        {
            var bit = 1 << (int)list[index];
            if ((seen & bit) != 0)
            {
                throw site.Violation(
                    ManifestRule.SideEffectDuplicate,
                    $"/side_effects/{index}",
                    $"the side effect {DisplayText.Quote(list[index].Text())} is declared twice"
                );
            }

            seen |= bit;
        }
    }

    // Default instances of the identities are empty.
    private static void CheckIdentity(Site site, IPackageDescription package, Edition edition)
    {
        if (package.Name.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Name, "/name", "the package has no name");
        }

        if (package.Version.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Version, "/version", "the package has no version");
        }

        if (package.Architecture.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Architecture, "/architecture", "the package has no architecture");
        }

        if (!edition.ReadsOtherArchitectures && !edition.Knows(package.Architecture))
        {
            throw site.Violation(
                ManifestRule.Architecture,
                "/architecture",
                $"{DisplayText.Quote(package.Architecture.Text)} is no architecture of edition {edition.Name}"
                    + edition.Elsewhere(other => other.Knows(package.Architecture))
                    + $"; there are {edition.ArchitectureNames}"
            );
        }
    }

    private static void CheckName(Site site, string field, int index, string previous, string name)
    {
        var order = string.CompareOrdinal(previous, name);
        if (order < 0)
        {
            return;
        }

        var pointer = $"/{field}/{index}/name";
        if (name.Length == 0)
        {
            throw site.Violation(ManifestRule.VirtualName, pointer, "the name is empty");
        }

        throw order == 0
            ? site.Violation(
                ManifestRule.RelationDuplicate,
                pointer,
                $"{DisplayText.Quote(name)} comes twice in {field}; join the constraints with a comma"
            )
            : site.Violation(
                ManifestRule.RelationOrder,
                pointer,
                $"{field} is not sorted by name: {DisplayText.Quote(name)} comes after {DisplayText.Quote(previous)}"
            );
    }
}
