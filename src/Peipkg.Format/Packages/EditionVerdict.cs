using Peipkg.Format.Editions;
using Peipkg.Format.Layout;

namespace Peipkg.Format.Packages;

/// <summary>What an edition says about a package.</summary>
/// <param name="Edition">The edition.</param>
/// <param name="Problems">What it refuses and what it warns of.</param>
public sealed record EditionVerdict(Edition Edition, IReadOnlyList<LayoutProblem> Problems)
{
    /// <summary>Whether a consumer of the edition takes the package.</summary>
    public bool IsSatisfied => Problems.All(problem => problem.Severity != LayoutSeverity.Error);
}
