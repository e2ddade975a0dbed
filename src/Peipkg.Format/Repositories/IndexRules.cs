using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;

namespace Peipkg.Format.Repositories;

/// <summary>Every rule that an index must keep, the same for reading and writing (PSD-009 §6.2, §6.3).</summary>
internal static class IndexRules
{
    /// <summary>Checks an index.</summary>
    /// <exception cref="FormatViolationException">The first rule that is broken, with the pointer to the place.</exception>
    internal static void Check(RepositoryIndex index, Edition edition)
    {
        if (index.Repo.Length == 0)
        {
            throw new FormatViolationException(RepositoryRule.Name, "/repo", "the repository has no name");
        }

        if (index.IndexVersion == 0)
        {
            throw new FormatViolationException(RepositoryRule.IndexVersion, "/index_version", "versions start at 1");
        }

        IndexEntry? previous = null;
        var seen = new HashSet<(string Version, string Architecture)>();
        for (var number = 0; number < index.Packages.Count; number++)
        {
            var site = new RelationRules.Site(number);
            var entry = index.Packages[number];
            CheckEntry(site, entry, edition);
            CheckPlace(site, index.Kind, previous, entry, seen);
            previous = entry;
        }
    }

    /// <summary>Checks what one entry can break by itself.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="edition">The repository's edition.</param>
    internal static void CheckEntry(RelationRules.Site site, IndexEntry entry, Edition edition)
    {
        RelationRules.Check(site, entry, edition);
        if (entry.SizeCompressed < 0)
        {
            throw site.Violation(ManifestRule.Size, "/size_compressed", "the size is negative");
        }

        if (!HttpUrl.TryValidateReference(entry.Url, out var error))
        {
            throw site.Violation(RepositoryRule.Url, "/url", error);
        }
    }

    private static void CheckPlace(
        RelationRules.Site site,
        IndexKind kind,
        IndexEntry? previous,
        IndexEntry entry,
        HashSet<(string Version, string Architecture)> seen
    )
    {
        var order = previous is null ? -1 : previous.Name.CompareTo(entry.Name);
        if (order > 0)
        {
            throw site.Violation(
                RepositoryRule.IndexOrder,
                "/name",
                $"the packages are not sorted by name: {DisplayText.Quote(entry.Name.Text)} comes after "
                    + DisplayText.Quote(previous!.Name.Text)
            );
        }

        if (order < 0)
        {
            seen.Clear();
        }
        else if (kind == IndexKind.Active)
        {
            throw site.Violation(
                RepositoryRule.IndexDuplicate,
                "/name",
                $"{DisplayText.Quote(entry.Name.Text)} comes twice; the active index lists one version of each name"
            );
        }
        else if (PackageVersion.Compare(previous!.Version, entry.Version) < 0)
        {
            throw site.Violation(
                RepositoryRule.IndexOrder,
                "/version",
                $"the versions of {entry.Name.Text} are not sorted from high to low: "
                    + $"{DisplayText.Quote(entry.Version.Text)} comes after {DisplayText.Quote(previous.Version.Text)}"
            );
        }

        if (kind == IndexKind.Archive && !seen.Add((entry.Version.Text, entry.Architecture.Text)))
        {
            throw site.Violation(
                RepositoryRule.IndexDuplicate,
                "",
                $"{entry.Name.Text} {entry.Version.Text} for {entry.Architecture.Text} comes twice"
            );
        }
    }
}
