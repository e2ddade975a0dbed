namespace Peipkg.Recipes.Globs;

/// <summary>
/// A pattern without its braces: for each choice that they leave a list of components, each of them <c>**</c> or a
/// sequence of single characters and stars.
/// </summary>
internal static class GlobComponents
{
    // Braces multiply; a pattern with more alternatives is not compared with others.
    private const int MostAlternatives = 128;

    // Longer ones than any sensible path would only make the comparison deep.
    private const int MostNodes = 512;

    /// <summary>The alternatives, or null when there are too many or they are too long.</summary>
    internal static List<List<Component>>? Expand(IReadOnlyList<GlobNode> pattern) =>
        Flatten(pattern) is { } found && found.TrueForAll(list => list.Count <= MostNodes)
            ? found.ConvertAll(Split)
            : null;

    private static List<List<GlobNode>>? Flatten(IReadOnlyList<GlobNode> sequence)
    {
        List<List<GlobNode>> found =
        [
            [],
        ];
        foreach (GlobNode node in sequence)
        {
            if (node is not GlobNode.Choice choice)
            {
                found.ForEach(list => list.Add(node));
                continue;
            }

            List<List<GlobNode>> next = [];
            foreach (IReadOnlyList<GlobNode> alternative in choice.Alternatives)
            {
                if (
                    Flatten(alternative) is not { } tails
                    || next.Count + (found.Count * tails.Count) > MostAlternatives
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
