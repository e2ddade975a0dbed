using System.Globalization;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Manifests;

/// <summary>The rules that the lists of a manifest and of an index entry share (PSD-009 §4.1, §4.3).</summary>
internal static class RelationRules
{
    /// <summary>Where the lists stand: in a manifest, or in an entry of an index.</summary>
    /// <param name="Entry">The entry's number, or −1 for a manifest.</param>
    internal readonly record struct Site(int Entry)
    {
        internal static Site Manifest { get; } = new(-1);

        internal FormatViolationException Violation(string rule, string pointer, string detail) =>
            new(rule, ToString() + pointer, detail);

        public override string ToString() =>
            Entry < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"/packages/{Entry}");
    }

    /// <summary>Checks a list of dependencies.</summary>
    internal static void Check(Site site, string field, IReadOnlyList<Dependency> list, int limit)
    {
        CheckLength(site, field, list.Count, limit);
        var previous = "";
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            CheckName(site, field, index, previous, item.Name.Text);
            CheckConstraint(site, field, index, item.Constraint);
            previous = item.Name.Text;
        }
    }

    /// <summary>Checks the list of conflicts.</summary>
    internal static void Check(Site site, string field, IReadOnlyList<Conflict> list, int limit)
    {
        CheckLength(site, field, list.Count, limit);
        var previous = "";
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            CheckName(site, field, index, previous, item.Name.Text);
            CheckConstraint(site, field, index, item.Constraint);
            previous = item.Name.Text;
        }
    }

    /// <summary>Checks the list of provided names.</summary>
    internal static void Check(Site site, string field, IReadOnlyList<Provide> list, int limit)
    {
        CheckLength(site, field, list.Count, limit);
        var previous = "";
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            CheckName(site, field, index, previous, item.Name.Text);
            if (item.Version is { Text: "" })
            {
                throw site.Violation(ManifestRule.ProvidedVersion, $"/{field}/{index}/version", "the version is empty");
            }

            previous = item.Name.Text;
        }
    }

    /// <summary>Checks the list of superseded packages.</summary>
    internal static void Check(Site site, string field, IReadOnlyList<Replacement> list, int limit)
    {
        CheckLength(site, field, list.Count, limit);
        var previous = "";
        for (var index = 0; index < list.Count; index++)
        {
            var item = list[index];
            CheckName(site, field, index, previous, item.Name.Text);
            CheckConstraint(site, field, index, item.Constraint);
            previous = item.Name.Text;
        }
    }

    /// <summary>Checks the list of side effects.</summary>
    internal static void Check(Site site, IReadOnlyList<SideEffect> list)
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
                    $"the side effect {DisplayText.Quote(list[index].Text())} is declared twice");
            }

            seen |= bit;
        }
    }

    /// <summary>Checks name, version and architecture, which a default instance would leave empty.</summary>
    internal static void CheckIdentity(Site site, PackageName name, PackageVersion version, Architecture architecture)
    {
        if (name.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Name, "/name", "the package has no name");
        }

        if (version.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Version, "/version", "the package has no version");
        }

        if (architecture.Text.Length == 0)
        {
            throw site.Violation(ManifestRule.Architecture, "/architecture", "the package has no architecture");
        }
    }

    /// <summary>Checks the texts meant for people.</summary>
    internal static void CheckTexts(Site site, string description, string homepage)
    {
        var bad = description.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (bad >= 0)
        {
            throw site.Violation(
                ManifestRule.Description,
                "/description",
                $"the description holds {DisplayText.Character(description, bad)} at position {bad + 1}; "
                + "use printable ASCII only");
        }

        if (homepage.Length > 0 && !HttpUrl.TryValidateAbsolute(homepage, out var error))
        {
            throw site.Violation(ManifestRule.Homepage, "/homepage", error);
        }
    }

    /// <summary>Checks that an array is within its limit.</summary>
    internal static void CheckLength(Site site, string field, int count, int limit)
    {
        if (count > limit)
        {
            throw site.Violation(
                ManifestRule.ArrayLimit, $"/{field}", $"{field} has more than the {limit} entries allowed");
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
                $"{DisplayText.Quote(name)} comes twice in {field}; join the constraints with a comma")
            : site.Violation(
                ManifestRule.RelationOrder,
                pointer,
                $"{field} is not sorted by name: {DisplayText.Quote(name)} comes after {DisplayText.Quote(previous)}");
    }

    private static void CheckConstraint(Site site, string field, int index, VersionConstraint? constraint)
    {
        if (constraint is { Text: "" })
        {
            throw site.Violation(ManifestRule.Constraint, $"/{field}/{index}/constraint", "the constraint is empty");
        }
    }
}
