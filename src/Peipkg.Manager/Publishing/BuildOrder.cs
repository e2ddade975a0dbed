using Peipkg.Format.Identity;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Publishing;

/// <summary>What is to be built.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Version">The package version.</param>
/// <param name="SourceRef"><c>git+&lt;url&gt;#refs/tags/&lt;tag&gt;</c>, without credentials.</param>
/// <param name="Commit">The commit that was fetched.</param>
/// <param name="Timestamp">That commit's time.</param>
internal sealed record BuildOrder(
    RosterEntry Recipe,
    PackageVersion Version,
    string SourceRef,
    string Commit,
    Timestamp Timestamp
)
{
    /// <summary>The commit of <c>[recipes] git</c> that has the recipe; null where the recipes do not come from git.</summary>
    public string? RecipeCommit { get; init; }

    /// <summary>What a root is composed of, each <c>NAME = VERSION</c>; null: of what configuration and recipe ask for.</summary>
    public IReadOnlyList<string>? RootPackages { get; init; }
}
