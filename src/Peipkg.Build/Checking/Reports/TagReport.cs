using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Checking.Reports;

/// <summary>Which of an upstream's tags a recipe turns into versions.</summary>
/// <param name="Tags">All tags: first those that become versions, newest first.</param>
/// <param name="Findings">Tags that match without becoming versions, or that no tag matches.</param>
internal sealed record TagReport(IReadOnlyList<TagReport.Tag> Tags, IReadOnlyList<Finding> Findings)
{
    /// <summary>A tag.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Version">The version that it becomes; null if it becomes none.</param>
    /// <param name="Reason">Why it becomes none; null if it becomes one.</param>
    internal sealed record Tag(string Name, PackageVersion? Version, string? Reason);

    /// <summary>Tries a recipe's pattern on tags.</summary>
    internal static TagReport Make(string file, Upstream upstream, IReadOnlyList<string> names)
    {
        List<(string Name, PackageVersion Version)> built = [];
        List<Tag> others = [];
        List<Finding> findings = [];
        foreach (string name in names)
        {
            if (upstream.TryGetVersion(name, out PackageVersion version, out string? error))
            {
                built.Add((name, version));
            }
            else if (error is not null)
            {
                others.Add(new Tag(name, null, error));
                findings.Add(
                    Finding.Of(
                        RecipeValueRules.TagVersion,
                        $"the tag {DisplayText.Quote(name)} matches tag_pattern, but {error}",
                        file,
                        upstream.Position
                    )
                );
            }
            else
            {
                others.Add(
                    new Tag(
                        name,
                        null,
                        upstream.TagPattern.UpstreamOf(name) is null
                            ? "does not match"
                            : upstream.WhyUnwanted(name, version)
                    )
                );
            }
        }

        if (built.Count == 0)
        {
            findings.Add(
                Finding.Of(
                    RecipeValueRules.TagNone,
                    names.Count == 0
                        ? "there are no tags"
                        : $"none of {Counted.Text(names.Count, "tag")} becomes a version",
                    file,
                    upstream.Position
                )
            );
        }

        findings.AddRange(TagOrder.Check(file, upstream, built));
        return new TagReport([.. Taken(built), .. others], findings);
    }

    // A repository holds one of the versions that compare equal, and a farm that has built none takes the first by name.
    private static IEnumerable<Tag> Taken(IEnumerable<(string Name, PackageVersion Version)> built)
    {
        Tag? taken = null;
        foreach (
            (string name, PackageVersion version) in VersionOrder.HighestFirst(
                built.OrderBy(tag => tag.Name, StringComparer.Ordinal),
                tag => tag.Version
            )
        )
        {
            if (taken?.Version is { } other && PackageVersion.Compare(other, version) == 0)
            {
                yield return new Tag(name, null, $"its version {version} equals {other} of tag {taken.Name}");
                continue;
            }

            yield return taken = new Tag(name, version, null);
        }
    }
}
