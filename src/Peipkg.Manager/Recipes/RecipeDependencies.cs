namespace Peipkg.Manager.Recipes;

/// <summary>
/// Which recipes a recipe waits for: those that produce or provide what its stanzas depend on. Recipes that need each
/// other in a circle do not wait for each other, or none of them would ever begin.
/// </summary>
internal sealed class RecipeDependencies
{
    private readonly Dictionary<string, IReadOnlyList<string>> _direct;

    private RecipeDependencies(Dictionary<string, IReadOnlyList<string>> direct) => _direct = direct;

    /// <summary>The recipes that this one waits for, in name order.</summary>
    public IReadOnlyList<string> Of(string recipe) => _direct.GetValueOrDefault(recipe, []);

    /// <summary>Reads the dependencies off the recipes.</summary>
    public static RecipeDependencies From(IReadOnlyList<RosterEntry> recipes)
    {
        Dictionary<string, List<string>> makers = new(StringComparer.Ordinal);
        foreach (RosterEntry recipe in recipes)
        {
            foreach (string name in recipe.Document.Provides)
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
                            .Document.Dependencies.SelectMany(name => makers.GetValueOrDefault(name, []))
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
