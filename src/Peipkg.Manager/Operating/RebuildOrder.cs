using Peipkg.Format.Identity;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Operating;

/// <summary>
/// What an operator's <c>rebuild</c>, or a held build, makes again: one published version of each recipe, under a revision that the farm
/// raises by itself, since what is published never changes.
/// </summary>
internal static class RebuildOrder
{
    /// <summary>Works it out; nothing is changed yet.</summary>
    /// <param name="stores">What is known.</param>
    /// <param name="roster">The recipes.</param>
    /// <param name="named">What the operator named; without a version the newest published one is meant.</param>
    /// <param name="dependents">Whether recipes that depend on those, and so on, are rebuilt too.</param>
    /// <param name="reason">Why, in the operator's words.</param>
    /// <param name="leftOut">Dependents of which nothing can be rebuilt, and why.</param>
    /// <exception cref="OperatorException">Something that was named cannot be rebuilt; nothing is then.</exception>
    public static IReadOnlyList<QueueEntry> Make(
        FarmStores stores,
        RecipeRoster roster,
        IReadOnlyList<(string Recipe, string? Version)> named,
        bool dependents,
        string reason,
        out IReadOnlyList<string> leftOut
    )
    {
        PublishedPackages published = stores.Repository.Published();
        List<QueueEntry> entries = [];
        foreach ((string name, string? version) in named.Distinct())
        {
            entries.Add(Again(stores, WhyQuery.Known(roster, name), version, published, reason));
        }

        if (dependents)
        {
            string[] bases = [.. named.Select(n => n.Recipe).Distinct(StringComparer.Ordinal)];
            RecipeDependencies order = RecipeDependencies.From(roster.Recipes, published.Relations);
            entries.AddRange(
                Possible(
                    stores,
                    roster,
                    [.. order.DependentsOf(bases).Except(bases, StringComparer.Ordinal)],
                    $"{reason} ({string.Join(", ", bases)})",
                    out leftOut
                )
            );
            return entries;
        }

        leftOut = [];
        return entries;
    }

    /// <summary>The newest published version of each recipe that can be made again.</summary>
    /// <param name="stores">What is known.</param>
    /// <param name="roster">The recipes.</param>
    /// <param name="recipes">Recipes of the roster.</param>
    /// <param name="reason">Why, in words.</param>
    /// <param name="leftOut">Of which nothing can be made again, and why.</param>
    public static IReadOnlyList<QueueEntry> Possible(
        FarmStores stores,
        RecipeRoster roster,
        IReadOnlyList<string> recipes,
        string reason,
        out IReadOnlyList<string> leftOut
    )
    {
        PublishedPackages published = stores.Repository.Published();
        List<QueueEntry> entries = [];
        List<string> passed = [];
        foreach (string name in recipes)
        {
            try
            {
                entries.Add(Again(stores, WhyQuery.Known(roster, name), null, published, reason));
            }
            catch (OperatorException exception)
            {
                passed.Add(exception.Message);
            }
        }

        leftOut = passed;
        return entries;
    }

    // In this revision, or in a lower one: then the next is on its way already.
    private static bool HasAny(RosterEntry recipe, PackageVersion version, PublishedPackages published) =>
        published.HasAll(recipe.Outputs, version)
        || recipe.Outputs.Any(o => published.HasLowerRevision(o.Name, version, o.Architecture));

    private static QueueEntry Again(
        FarmStores stores,
        RosterEntry recipe,
        string? version,
        PublishedPackages published,
        string reason
    )
    {
        if (!recipe.IsWatched)
        {
            throw new OperatorException($"{recipe.Name} has no [upstream], so there is no source to build it from");
        }

        IReadOnlyDictionary<string, int> raised = stores.Tags.Raised(recipe.Name);
        VersionSelection selection = VersionSelection.From(
            stores.Tags.Current(recipe.Name),
            recipe.Document.Upstream!,
            stores.Builds.OfRecipe(recipe.Name),
            raised
        );
        Candidate found =
            selection.Candidates.FirstOrDefault(c =>
                version is null
                    ? HasAny(recipe, c.Version, published)
                    : VersionName.Means(version, c.Tag.Name, c.Version.Text)
            )
            ?? throw new OperatorException(
                version is null
                    ? $"nothing of {recipe.Name} is published as its recipe is now, so there is nothing to rebuild"
                    : $"no tag or version \"{version}\" of {recipe.Name} is known"
            );
        if (!published.HasAll(recipe.Outputs, found.Version))
        {
            throw new OperatorException(
                $"{recipe.Name} {found.Version} is not published yet, so there is nothing to rebuild; \"peipkg-manager why {recipe.Name}\" tells what becomes of it"
            );
        }

        if (!VersionSelection.TryRaise(found.Version, 1, out PackageVersion next))
        {
            throw new OperatorException($"{recipe.Name} {found.Version} has the highest revision that there is");
        }

        return QueuePolicy.WhyNever(recipe.Outputs, published, next) is { } never
            ? throw new OperatorException(never)
            : new QueueEntry(recipe.Name, next.Text, found.Tag, BuildReason.Operator, "rebuilt: " + reason);
    }
}
