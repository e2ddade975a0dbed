using System.Text;

namespace Peipkg.Recipes.Globs;

/// <summary>Finds a path that two patterns both match.</summary>
internal sealed class GlobIntersection
{
    // What a star stands for in the path that is shown, and what is tried where a class allows several characters.
    private const string Filler = "x";
    private const string Candidates = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-+";

    private readonly List<GlobComponents.Component> _first;
    private readonly List<GlobComponents.Component> _second;
    private readonly GlobBudget _budget;
    private readonly HashSet<(int First, int Second)> _failed = [];

    private GlobIntersection(
        List<GlobComponents.Component> first,
        List<GlobComponents.Component> second,
        GlobBudget budget
    )
    {
        _first = first;
        _second = second;
        _budget = budget;
    }

    /// <summary>A path that matches one of the alternatives of both patterns, or null when none was found.</summary>
    internal static string? Find(IReadOnlyList<GlobNode> first, IReadOnlyList<GlobNode> second, GlobBudget budget)
    {
        if (
            GlobComponents.Expand(first, budget) is not { } firsts
            || GlobComponents.Expand(second, budget) is not { } seconds
        )
        {
            return null;
        }

        foreach (List<GlobComponents.Component> one in firsts)
        {
            foreach (List<GlobComponents.Component> other in seconds)
            {
                if (
                    CanEndAlike(one[^1], other[^1], budget)
                    && new GlobIntersection(one, other, budget).Components(0, 0) is { Count: > 0 } path
                )
                {
                    path.Reverse();
                    return string.Join('/', path);
                }
            }
        }

        return null;
    }

    // Most patterns of two packages differ in how their files end, which is told at a glance.
    private static bool CanEndAlike(GlobComponents.Component one, GlobComponents.Component other, GlobBudget budget)
    {
        if (one.Deep || other.Deep)
        {
            return true;
        }

        int most = Math.Min(one.Nodes.Count, other.Nodes.Count);
        for (int i = 1; i <= most && budget.TrySpend(); i++)
        {
            (GlobNode last, GlobNode otherLast) = (one.Nodes[^i], other.Nodes[^i]);
            if (last is not GlobNode.Literal literal || otherLast is not GlobNode.Literal otherLiteral)
            {
                return true;
            }

            if (literal.Rune != otherLiteral.Rune)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The components from the given ones on, last first; null when there are none.</summary>
    private List<string>? Components(int i, int j)
    {
        if (i == _first.Count && j == _second.Count)
        {
            return [];
        }

        if (_failed.Contains((i, j)) || !_budget.TrySpend())
        {
            return null;
        }

        List<string>? rest = null;
        bool deep = i < _first.Count && _first[i].Deep;
        bool otherDeep = j < _second.Count && _second[j].Deep;
        if (deep && otherDeep)
        {
            // A path below a directory is a better example than the directory.
            rest = With(Filler, Components(i + 1, j + 1));
        }
        else if (
            !deep
            && !otherDeep
            && i < _first.Count
            && j < _second.Count
            && new ComponentPair(_first[i].Nodes, _second[j].Nodes, _budget).Find() is { } common
        )
        {
            rest = With(common, Components(i + 1, j + 1));
        }

        if (rest is null && deep)
        {
            rest = j < _second.Count && !otherDeep ? With(Instance(_second[j].Nodes), Components(i, j + 1)) : null;
            rest ??= Components(i + 1, j);
        }

        if (rest is null && otherDeep)
        {
            rest = i < _first.Count && !deep ? With(Instance(_first[i].Nodes), Components(i + 1, j)) : null;
            rest ??= Components(i, j + 1);
        }

        if (rest is null)
        {
            _failed.Add((i, j));
        }

        return rest;
    }

    private static List<string>? With(string? component, List<string>? rest)
    {
        if (component is not null)
        {
            rest?.Add(component);
        }

        return component is null ? null : rest;
    }

    private string? Instance(IReadOnlyList<GlobNode> nodes) =>
        new ComponentPair(nodes, [new GlobNode.Star()], _budget).Find();

    /// <summary>A character that two single ones both match.</summary>
    private static Rune? Common(GlobNode one, GlobNode other, GlobBudget budget)
    {
        // Classes may have a thousand ranges each, and the ends of all of them are tried.
        long ranges = Ranges(one) + Ranges(other);
        if (ranges > 0 && !budget.TrySpend(ranges * ranges))
        {
            return null;
        }

        if (one is GlobNode.Literal literal)
        {
            return Matches(other, literal.Rune) ? literal.Rune : null;
        }

        if (other is GlobNode.Literal)
        {
            return Common(other, one, budget);
        }

        IEnumerable<int> ends = new[] { one, other }
            .OfType<GlobNode.Class>()
            .SelectMany(set => set.Ranges)
            .SelectMany(range => new[] { range.First, range.Last, range.First - 1, range.Last + 1 });
        foreach (int value in Candidates.Select(c => (int)c).Concat(ends))
        {
            if (value != '/' && Rune.IsValid(value) && Matches(one, new Rune(value)) && Matches(other, new Rune(value)))
            {
                return new Rune(value);
            }
        }

        return null;
    }

    private static int Ranges(GlobNode node) => node is GlobNode.Class set ? set.Ranges.Count : 0;

    private static bool Matches(GlobNode node, Rune rune) =>
        node switch
        {
            GlobNode.Literal literal => literal.Rune == rune,
            GlobNode.Class set => set.Matches(rune),
            _ => true,
        };

    /// <summary>Two components, neither of them <c>**</c>.</summary>
    private sealed class ComponentPair(IReadOnlyList<GlobNode> first, IReadOnlyList<GlobNode> second, GlobBudget budget)
    {
        private readonly HashSet<(int First, int Second)> _failed = [];

        internal string? Find()
        {
            string? found = From(0, 0);

            // No component is empty; where only stars are left, anything will do.
            return found is not "" ? found
                : first.Concat(second).All(node => node is GlobNode.Star) && first.Count > 0 && second.Count > 0
                    ? Filler
                : null;
        }

        private string? From(int i, int j)
        {
            if (i == first.Count && j == second.Count)
            {
                return "";
            }

            if (_failed.Contains((i, j)) || !budget.TrySpend())
            {
                return null;
            }

            bool star = i < first.Count && first[i] is GlobNode.Star;
            bool otherStar = j < second.Count && second[j] is GlobNode.Star;
            string? found = null;
            if (star)
            {
                found =
                    From(i + 1, j)
                    ?? (j < second.Count ? Before(otherStar ? "" : One(second[j]), From(i, j + 1)) : null);
            }

            if (found is null && otherStar)
            {
                found = From(i, j + 1) ?? (i < first.Count ? Before(star ? "" : One(first[i]), From(i + 1, j)) : null);
            }

            if (
                found is null
                && !star
                && !otherStar
                && i < first.Count
                && j < second.Count
                && Common(first[i], second[j], budget) is { } rune
            )
            {
                found = Before(rune.ToString(), From(i + 1, j + 1));
            }

            if (found is null)
            {
                _failed.Add((i, j));
            }

            return found;
        }

        private string? One(GlobNode node) => Common(node, new GlobNode.AnyOne(), budget)?.ToString();

        private static string? Before(string? start, string? rest) =>
            start is null || rest is null ? null : start + rest;
    }
}
