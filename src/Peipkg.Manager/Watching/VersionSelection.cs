using System.Globalization;
using Peipkg.Format.Identity;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Watching;

/// <summary>A tag that gives a version.</summary>
internal sealed record Candidate(ListedTag Tag, PackageVersion Version);

/// <summary>A tag that matches the pattern and is passed over all the same.</summary>
internal sealed record SkippedTag(ListedTag Tag, string Why);

/// <summary>Which of an upstream's tags are versions to build. Pure.</summary>
/// <param name="Candidates">Newest version first; no two compare equal.</param>
/// <param name="Skipped">Matching tags that give no usable version.</param>
/// <param name="Unwanted">Versions that the recipe rules out.</param>
internal sealed record VersionSelection(
    IReadOnlyList<Candidate> Candidates,
    IReadOnlyList<SkippedTag> Skipped,
    IReadOnlyList<SkippedTag> Unwanted
)
{
    /// <param name="tags">What the upstream lists.</param>
    /// <param name="upstream">What the recipe wants of it.</param>
    /// <param name="builds">The recipe's builds: of tags whose versions compare equal, the one that was taken stays.</param>
    /// <param name="raised">What is added to the revision of single tags, where an operator had it built again.</param>
    public static VersionSelection From(
        IReadOnlyList<ListedTag> tags,
        Upstream upstream,
        IReadOnlyList<BuildRecord> builds,
        IReadOnlyDictionary<string, int>? raised = null
    )
    {
        HashSet<string> taken =
        [
            .. builds
                .Where(build => build.State != BuildState.Skipped || build.Hold != BuildHold.None)
                .Select(build => build.Tag),
        ];
        List<Candidate> found = [];
        List<SkippedTag> skipped = [];
        List<SkippedTag> unwanted = [];
        foreach (ListedTag tag in tags)
        {
            if (upstream.TryMatch(tag.Name, out PackageVersion version, out string? error))
            {
                if (!TryRaise(version, raised?.GetValueOrDefault(tag.Name) ?? 0, out version))
                {
                    skipped.Add(new SkippedTag(tag, "its revision cannot be raised any further"));
                    continue;
                }

                if (upstream.WhyUnwanted(tag.Name, version) is { } why)
                {
                    unwanted.Add(new SkippedTag(tag, why));
                }
                else if (!tag.IsKnown)
                {
                    unwanted.Add(new SkippedTag(tag, $"{SourceLock.FileName} does not say which archive it is"));
                }
                else
                {
                    found.Add(new Candidate(tag, version));
                }
            }
            else if (error is not null)
            {
                skipped.Add(new SkippedTag(tag, error));
            }
        }

        // Of tags whose versions compare equal (v1.0 and 1.0, or 1.0~alpha and 1.0~a) the repository can hold one: the one
        // that was built, or the first by name, so that every poll and every farm takes the same.
        List<Candidate> candidates = [];
        foreach (
            Candidate candidate in VersionOrder.HighestFirst(
                found.OrderBy(c => c.Tag.Name, StringComparer.Ordinal),
                c => c.Version
            )
        )
        {
            if (candidates.Count == 0 || PackageVersion.Compare(candidates[^1].Version, candidate.Version) != 0)
            {
                candidates.Add(candidate);
                continue;
            }

            (Candidate kept, Candidate other) = (candidates[^1], candidate);
            if (taken.Contains(other.Tag.Name) && !taken.Contains(kept.Tag.Name))
            {
                (kept, other) = (other, kept);
                candidates[^1] = kept;
            }

            skipped.Add(
                new SkippedTag(
                    other.Tag,
                    $"its version {other.Version} equals {kept.Version} of tag {kept.Tag.Name}, which is taken"
                )
            );
        }

        return new VersionSelection(candidates, skipped, unwanted);
    }

    /// <summary>The same version under a higher revision.</summary>
    /// <param name="version">The version.</param>
    /// <param name="by">What is added to its revision.</param>
    /// <param name="raised">The result; the version itself where there is none.</param>
    /// <returns>False when no version has such a revision.</returns>
    public static bool TryRaise(PackageVersion version, int by, out PackageVersion raised)
    {
        raised = version;
        return by == 0
            || PackageVersion.TryParse(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{version.Text[..(version.Text.LastIndexOf('-') + 1)]}{(decimal)version.Revision + by}"
                ),
                out raised,
                out _
            );
    }
}
