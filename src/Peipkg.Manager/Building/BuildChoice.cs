using Peipkg.Format.Identity;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Building;

/// <summary>
/// Which of the due stories is next. Pure. What only needs publishing comes first; then the recipe whose last build
/// lies longest back, so that a backlog of one recipe never holds up another's new tag; within a recipe the highest
/// version.
/// </summary>
internal static class BuildChoice
{
    public static BuildRecord? Next(
        IReadOnlyList<BuildRecord> due, IReadOnlyDictionary<string, DateTimeOffset> lastStarted) => due
        .OrderByDescending(b => b.State == BuildState.Publishing)
        .ThenBy(b => lastStarted.GetValueOrDefault(b.Recipe, DateTimeOffset.MinValue))
        .ThenBy(b => b.Recipe, StringComparer.Ordinal)
        .ThenByDescending(b => PackageVersion.TryParse(b.Version, out PackageVersion version, out _) ? version : default, PackageVersion.Order)
        .ThenBy(b => b.Id)
        .FirstOrDefault();
}
