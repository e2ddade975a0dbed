using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>Whether two packages are never installed together.</summary>
public static class MutualExclusion
{
    /// <summary>Whether one of them declares that it conflicts with the other or replaces it.</summary>
    public static bool Exclude(IndexEntry one, IndexEntry other) => Declares(one, other) || Declares(other, one);

    /// <summary>A conflict is triggered by what has the name or provides it (§4.2.2); replaced is only what has it.</summary>
    private static bool Declares(IndexEntry entry, IndexEntry other)
    {
        foreach (Conflict conflict in entry.Conflicts)
        {
            if (conflict.Name == other.Name && conflict.Constraint?.IsSatisfiedBy(other.Version) != false)
            {
                return true;
            }

            foreach (Provide provide in other.Provides)
            {
                if (
                    provide.Name.Text == conflict.Name.Text
                    && DependencyResolver.Satisfies(conflict.Constraint, provide.Version)
                )
                {
                    return true;
                }
            }
        }

        foreach (Replacement replaced in entry.Replaces)
        {
            if (replaced.Name == other.Name && replaced.Constraint?.IsSatisfiedBy(other.Version) != false)
            {
                return true;
            }
        }

        return false;
    }
}
