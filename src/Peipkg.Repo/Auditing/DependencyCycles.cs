namespace Peipkg.Repo.Auditing;

/// <summary>Finds circles in a graph: its strongly connected components, by Tarjan's algorithm without recursion.</summary>
internal sealed class DependencyCycles
{
    private readonly IReadOnlyList<IReadOnlyList<int>> _edges;
    private readonly int[] _order;
    private readonly int[] _low;
    private readonly bool[] _onStack;
    private readonly Stack<int> _stack = [];
    private readonly List<List<int>> _components = [];
    private int _next = 1;

    private DependencyCycles(IReadOnlyList<IReadOnlyList<int>> edges)
    {
        _edges = edges;
        _order = new int[edges.Count];
        _low = new int[edges.Count];
        _onStack = new bool[edges.Count];
    }

    /// <summary>One circle out of each component in which there is any.</summary>
    /// <param name="edges">For each node the nodes it leads to.</param>
    /// <returns>Each component with a circle in it: the nodes in their order, beginning with the lowest.</returns>
    internal static List<(IReadOnlyList<int> Component, IReadOnlyList<int> Circle)> Find(
        IReadOnlyList<IReadOnlyList<int>> edges
    )
    {
        DependencyCycles cycles = new(edges);
        for (int node = 0; node < edges.Count; node++)
        {
            if (cycles._order[node] == 0)
            {
                cycles.Visit(node);
            }
        }

        return
        [
            .. cycles
                ._components.Where(component => component.Count > 1 || edges[component[0]].Contains(component[0]))
                .Select(component => ((IReadOnlyList<int>)component, cycles.ShortestCircle(component)))
                .OrderBy(static found => found.Item1[0]),
        ];
    }

    private void Visit(int start)
    {
        Stack<(int Node, int Edge)> path = [];
        Enter(start);
        path.Push((start, 0));
        while (path.TryPop(out (int Node, int Edge) step))
        {
            (int node, int edge) = step;
            if (edge < _edges[node].Count)
            {
                path.Push((node, edge + 1));
                int target = _edges[node][edge];
                if (_order[target] == 0)
                {
                    Enter(target);
                    path.Push((target, 0));
                }
                else if (_onStack[target])
                {
                    _low[node] = Math.Min(_low[node], _order[target]);
                }

                continue;
            }

            if (path.TryPeek(out (int Node, int Edge) parent))
            {
                _low[parent.Node] = Math.Min(_low[parent.Node], _low[node]);
            }

            if (_low[node] == _order[node])
            {
                Close(node);
            }
        }
    }

    private void Enter(int node)
    {
        _order[node] = _low[node] = _next++;
        _onStack[node] = true;
        _stack.Push(node);
    }

    private void Close(int root)
    {
        List<int> component = [];
        int node;
        do
        {
            node = _stack.Pop();
            _onStack[node] = false;
            component.Add(node);
        } while (node != root);

        component.Sort();
        _components.Add(component);
    }

    /// <summary>The shortest way from the component's lowest node back to it.</summary>
    private List<int> ShortestCircle(List<int> component)
    {
        HashSet<int> inside = [.. component];
        Dictionary<int, int> cameFrom = [];
        Queue<int> open = new([component[0]]);
        while (open.TryDequeue(out int node))
        {
            foreach (int target in _edges[node].Where(inside.Contains))
            {
                if (target == component[0])
                {
                    List<int> circle = [node];
                    while (circle[^1] != component[0])
                    {
                        circle.Add(cameFrom[circle[^1]]);
                    }

                    circle.Reverse();
                    return circle;
                }

                if (cameFrom.TryAdd(target, node))
                {
                    open.Enqueue(target);
                }
            }
        }

        throw new InvalidOperationException("A strongly connected component has a way back to each of its nodes.");
    }
}
