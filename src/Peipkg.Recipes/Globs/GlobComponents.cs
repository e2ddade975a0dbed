using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Globs;

/// <summary>
/// A pattern without its braces: for each choice that they leave a list of components, each of them <c>**</c> or a
/// sequence of single characters and stars.
/// </summary>
internal static class GlobComponents
{
    /// <summary>The alternatives, or null when there are too many, they are too long, or the budget is spent.</summary>
    internal static List<List<Component>>? Expand(IReadOnlyList<GlobNode> pattern, GlobBudget budget) =>
        Flatten(pattern, budget) is { } found
        && found.TrueForAll(list => list.Count <= RecipeLimits.GlobAlternativeNodes)
            ? found.ConvertAll(Split)
            : null;

    // Braces multiply; a pattern with more alternatives is not compared with others.
    private static List<List<GlobNode>>? Flatten(IReadOnlyList<GlobNode> sequence, GlobBudget budget)
    {
        List<List<GlobNode>> found =
        [
            [],
        ];
        foreach (GlobNode node in sequence)
        {
            if (!budget.TrySpend(found.Count))
            {
                return null;
            }

            if (node is not GlobNode.Choice choice)
            {
                found.ForEach(list => list.Add(node));
                continue;
            }

            List<List<GlobNode>> next = [];
            foreach (IReadOnlyList<GlobNode> alternative in choice.Alternatives)
            {
                if (
                    Flatten(alternative, budget) is not { } tails
                    || next.Count + (found.Count * tails.Count) > RecipeLimits.GlobAlternatives
                    || !budget.TrySpend(found.Sum(head => head.Count) * tails.Count)
                )
                {
                    return null;
                }

                next.AddRange(from head in found from tail in tails select (List<GlobNode>)[.. head, .. tail]);
            }

            found = next;
        }

        return found;
    }

    private static List<Component> Split(List<GlobNode> sequence)
    {
        List<Component> components = [];
        List<GlobNode> current = [];
        foreach (GlobNode node in sequence)
        {
            if (node is GlobNode.Literal { Rune.Value: '/' })
            {
                components.Add(Make(current));
                current = [];
            }
            else
            {
                current.Add(node);
            }
        }

        components.Add(Make(current));
        return components;
    }

    // Two stars that are not a whole component are as good as one.
    private static Component Make(List<GlobNode> nodes) =>
        nodes is [GlobNode.DoubleStar]
            ? new Component(true, [])
            : new Component(false, [.. nodes.Select(node => node is GlobNode.DoubleStar ? new GlobNode.Star() : node)]);

    /// <summary>One component.</summary>
    /// <param name="Deep">Whether it is <c>**</c>, any number of components.</param>
    /// <param name="Nodes">Its characters and stars otherwise.</param>
    internal sealed record Component(bool Deep, IReadOnlyList<GlobNode> Nodes);
}
