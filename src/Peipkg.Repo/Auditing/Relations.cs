using Peipkg.Format.Repositories;

namespace Peipkg.Repo.Auditing;

/// <summary>Whether two packages are never installed together.</summary>
internal static class Relations
{
    /// <summary>Whether one of them declares that it conflicts with the other or replaces it.</summary>
    internal static bool Exclude(IndexEntry one, IndexEntry other) => Declares(one, other) || Declares(other, one);

    private static bool Declares(IndexEntry entry, IndexEntry other)
        => entry.Conflicts.Any(conflict => conflict.Name == other.Name && conflict.Constraint?.IsSatisfiedBy(other.Version) != false)
            || entry.Replaces.Any(replaced => replaced.Name == other.Name && replaced.Constraint?.IsSatisfiedBy(other.Version) != false);
}
