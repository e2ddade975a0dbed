namespace Peipkg.Manager.Recipes;

/// <summary>What a published package is known by and needs: more than its recipe says where builds derive it.</summary>
/// <param name="Package">Its name.</param>
/// <param name="Provides">The other names that it answers to.</param>
/// <param name="Needs">The names that it depends on.</param>
internal sealed record PackageRelations(string Package, IReadOnlyList<string> Provides, IReadOnlyList<string> Needs);

/// <summary>
/// Which recipes a recipe waits for: those that produce or provide what its stanzas depend on, or what its published
/// packages were found to need. Recipes that need each
/// other in a circle do not wait for each other, or none of them would ever begin.
/// </summary>
internal sealed class RecipeDependencies
{
    private readonly Dictionary<string, IReadOnlyList<string>> _direct;

    private RecipeDependencies(Dictionary<string, IReadOnlyList<string>> direct) => _direct = direct;

    /// <summary>The recipes that this one waits for, in name order.</summary>
    public IReadOnlyList<string> Of(string recipe) => _direct.GetValueOrDefault(recipe, []);

    /// <summary>The recipes that depend on some of these, directly or through others, in name order.</summary>
    public IReadOnlyList<string> DependentsOf(IEnumerable<string> recipes)
    {
        HashSet<string> found = new(recipes, StringComparer.Ordinal);
        HashSet<string> bases = new(found, StringComparer.Ordinal);
        while (
            _direct.Where(d => !found.Contains(d.Key) && d.Value.Any(found.Contains)).ToList() is { Count: > 0 } more
        )
        {
            found.UnionWith(more.Select(d => d.Key));
        }

        return [.. found.Except(bases, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Reads the dependencies off the recipes, and off what is published of them.</summary>
    public static RecipeDependencies From(
        IReadOnlyList<RosterEntry> recipes,
        IReadOnlyDictionary<string, PackageRelations> published
    )
    {
        Dictionary<string, List<string>> makers = new(StringComparer.Ordinal);
        foreach (RosterEntry recipe in recipes)
        {
            foreach (
                string name in recipe
                    .Document.Provides.Concat(Relations(recipe).SelectMany(r => r.Provides))
                    .Distinct(StringComparer.Ordinal)
            )
            {
                (makers.TryGetValue(name, out List<string>? known) ? known : makers[name] = []).Add(recipe.Name);
            }
        }

        Dictionary<string, IReadOnlyList<string>> direct = recipes.ToDictionary(
            r => r.Name,
            r =>
                (IReadOnlyList<string>)
                    [
                        .. r
                            .Document.Dependencies.Concat(Relations(r).SelectMany(relations => relations.Needs))
                            .SelectMany(name => makers.GetValueOrDefault(name, []))
                            .Where(maker => maker != r.Name)
                            .Distinct(StringComparer.Ordinal)
                            .Order(StringComparer.Ordinal),
                    ],
            StringComparer.Ordinal
        );
        Dictionary<string, HashSet<string>> all = direct.Keys.ToDictionary(
            name => name,
            name => Reach(name, direct),
            StringComparer.Ordinal
        );
        return new RecipeDependencies(
            direct.ToDictionary(
                d => d.Key,
                d => (IReadOnlyList<string>)[.. d.Value.Where(other => !all[other].Contains(d.Key))],
                StringComparer.Ordinal
            )
        );

        IEnumerable<PackageRelations> Relations(RosterEntry recipe) =>
            recipe
                .Outputs.Select(output => published.GetValueOrDefault(output.Name.Text))
                .OfType<PackageRelations>()
                .Distinct();
    }

    private static HashSet<string> Reach(string from, Dictionary<string, IReadOnlyList<string>> direct)
    {
        HashSet<string> reached = new(StringComparer.Ordinal);
        Stack<string> pending = new(direct[from]);
        while (pending.TryPop(out string? name))
        {
            if (reached.Add(name))
            {
                foreach (string next in direct[name])
                {
                    pending.Push(next);
                }
            }
        }

        return reached;
    }
}
