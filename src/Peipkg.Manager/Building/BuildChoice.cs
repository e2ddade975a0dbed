using Peipkg.Format.Identity;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>
/// Which of the due builds is next. Pure. What only needs publishing comes first; then the recipe whose last build
/// lies longest back, so that a backlog of one recipe never holds up another's new tag; within a recipe the highest
/// version.
/// </summary>
internal static class BuildChoice
{
    /// <param name="due">What may be done.</param>
    /// <param name="lastStarted">When each recipe's latest attempt began.</param>
    /// <param name="mayBegin">Whether a recipe's builds may begin now; publishing may always.</param>
    public static BuildRecord? Next(
        IReadOnlyList<BuildRecord> due,
        IReadOnlyDictionary<string, DateTimeOffset> lastStarted,
        Func<string, bool> mayBegin
    )
    {
        // Whether a recipe may begin is asked in order, and only until one may.
        BuildRecord? first = due.OrderByDescending(b => b.IsBuilt)
            .ThenBy(b => lastStarted.GetValueOrDefault(b.Recipe, DateTimeOffset.MinValue))
            .ThenBy(b => b.Recipe, StringComparer.Ordinal)
            .ThenBy(b => b.Id)
            .FirstOrDefault(b => b.IsBuilt || mayBegin(b.Recipe));
        if (first is null)
        {
            return null;
        }

        // Upstream chooses the versions, and precedence alone cannot sort every set of them.
        return
            VersionOrder.HighestFirst(
                due.Where(b =>
                        b.Recipe == first.Recipe
                        && b.IsBuilt == first.IsBuilt
                        && PackageVersion.TryParse(b.Version, out _, out _)
                    )
                    .OrderBy(b => b.Id),
                b => PackageVersion.Parse(b.Version)
            )
                is [var highest, ..]
            ? highest
            : first;
    }
}
