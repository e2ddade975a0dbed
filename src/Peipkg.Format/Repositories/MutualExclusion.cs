namespace Peipkg.Format.Repositories;

/// <summary>Whether two packages are never installed together.</summary>
public static class MutualExclusion
{
    /// <summary>Whether one of them declares that it conflicts with the other or replaces it.</summary>
    public static bool Exclude(IndexEntry one, IndexEntry other) => Declares(one, other) || Declares(other, one);

    /// <summary>A conflict is triggered by what has the name or provides it (§4.2.2); replaced is only what has it.</summary>
    private static bool Declares(IndexEntry entry, IndexEntry other) =>
        entry.Conflicts.Any(conflict =>
            (conflict.Name == other.Name && conflict.Constraint?.IsSatisfiedBy(other.Version) != false)
            || other.Provides.Any(provide =>
                provide.Name.Text == conflict.Name.Text
                && DependencyResolver.Satisfies(conflict.Constraint, provide.Version)
            )
        )
        || entry.Replaces.Any(replaced =>
            replaced.Name == other.Name && replaced.Constraint?.IsSatisfiedBy(other.Version) != false
        );
}
