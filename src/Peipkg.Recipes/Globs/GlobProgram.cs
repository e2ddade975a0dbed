using System.Buffers;
using System.Text;

namespace Peipkg.Recipes.Globs;

/// <summary>
/// A pattern as a nondeterministic automaton. It is run by following all of its states at once, so that the time is
/// bounded by the length of the path times that of the pattern, whatever the pattern: no backtracking.
/// </summary>
internal sealed class GlobProgram
{
    private const int Accept = 0;
    private readonly List<State> _states = [new State(Kind.Accept, null, [])];
    private readonly int _start;

    internal GlobProgram(IReadOnlyList<GlobNode> pattern) => _start = Build(pattern, Accept);

    private enum Kind
    {
        Accept,
        Character,
        Star,
        DoubleStar,
        Deep,
        Split,
    }

    internal bool IsMatch(ReadOnlySpan<char> path)
    {
        int count = _states.Count;
        int[] rented = ArrayPool<int>.Shared.Rent(count * 4);
        Span<int> seen = rented.AsSpan(0, count);
        seen.Clear();
        Run run = new(
            path,
            seen,
            rented.AsSpan(count * 3, count),
            rented.AsSpan(count, count),
            rented.AsSpan(count * 2, count)
        );
        bool matched = run.Execute(_states, _start);
        ArrayPool<int>.Shared.Return(rented);
        return matched;
    }

    // Every part is built knowing the state that follows it, so the pattern is built from its end.
    private int Build(IReadOnlyList<GlobNode> sequence, int next)
    {
        for (int i = sequence.Count - 1; i >= 0; i--)
        {
            next = sequence[i] switch
            {
                GlobNode.Literal { Rune.Value: '/' } slash => BuildSlash(slash, next),
                GlobNode.Star => Add(Kind.Star, null, next),
                GlobNode.DoubleStar => BuildDoubleStar(next),
                GlobNode.Choice choice => Add(
                    Kind.Split,
                    null,
                    [.. choice.Alternatives.Select(alternative => Build(alternative, next))]
                ),
                { } one => Add(Kind.Character, one, next),
            };
        }

        return next;
    }

    private int BuildSlash(GlobNode.Literal slash, int next)
    {
        int state = Add(Kind.Character, slash, next);

        // "a/**" also matches "a" itself: no component at all below it.
        bool mayEnd = Reachable(next)
            .Any(s => _states[s].Kind == Kind.DoubleStar && Reachable(_states[s].Next[0]).Contains(Accept));
        return mayEnd ? Add(Kind.Split, null, state, Accept) : state;
    }

    private int BuildDoubleStar(int next)
    {
        int star = Add(Kind.Star, null, next);
        int deep = Add(Kind.Deep, null, next);

        // "**/b" also matches "b": where it stands for no component, the slash after it goes too.
        IEnumerable<int> pastSlash = Reachable(next)
            .Where(s => _states[s] is { Kind: Kind.Character, Node: GlobNode.Literal { Rune.Value: '/' } })
            .Select(s => _states[s].Next[0]);
        int whole = Add(Kind.Split, null, [deep, .. pastSlash]);
        return Add(Kind.DoubleStar, null, next, star, whole);
    }

    private int Add(Kind kind, GlobNode? node, params int[] next)
    {
        _states.Add(new State(kind, node, next));
        return _states.Count - 1;
    }

    /// <summary>The states that can be entered from one without consuming anything.</summary>
    private HashSet<int> Reachable(int from)
    {
        HashSet<int> found = [];
        Stack<int> open = new([from]);
        while (open.TryPop(out int state))
        {
            if (!found.Add(state))
            {
                continue;
            }

            // What a double star stands for depends on the path; only its plain star can be passed for certain.
            IEnumerable<int> passed = _states[state].Kind switch
            {
                Kind.Star or Kind.Split => _states[state].Next,
                Kind.DoubleStar => [_states[state].Next[1]],
                _ => [],
            };
            foreach (int next in passed)
            {
                open.Push(next);
            }
        }

        return found;
    }

    private sealed record State(Kind Kind, GlobNode? Node, int[] Next);

    /// <summary>One run over one path.</summary>
    private ref struct Run(
        ReadOnlySpan<char> path,
        Span<int> seen,
        Span<int> stack,
        Span<int> current,
        Span<int> following
    )
    {
        private readonly ReadOnlySpan<char> _path = path;
        private readonly Span<int> _seen = seen;
        private readonly Span<int> _stack = stack;
        private Span<int> _current = current;
        private Span<int> _following = following;
        private int _followingCount;

        internal bool Execute(List<State> states, int start)
        {
            Enter(states, start, 0);
            int at = 0;
            while (at < _path.Length && _followingCount > 0)
            {
                int count = _followingCount;
                Span<int> swapped = _current;
                _current = _following;
                _following = swapped;
                _followingCount = 0;

                Rune.DecodeFromUtf16(_path[at..], out Rune rune, out int length);
                at += length;
                foreach (int index in _current[..count])
                {
                    State state = states[index];
                    switch (state.Kind)
                    {
                        case Kind.Character when Consumes(state.Node!, rune):
                            Enter(states, state.Next[0], at);
                            break;
                        case Kind.Star when rune.Value != '/':
                        case Kind.Deep:
                            Enter(states, index, at);
                            break;
                    }
                }
            }

            return at == _path.Length && _following[.._followingCount].Contains(Accept);
        }

        private static bool Consumes(GlobNode node, Rune rune) =>
            node switch
            {
                GlobNode.Literal literal => literal.Rune == rune,
                _ when rune.Value == '/' => false,
                GlobNode.Class set => set.Matches(rune),
                _ => true,
            };

        private void Enter(List<State> states, int start, int at)
        {
            // Positions are marked as at + 1, so that a cleared mark is none.
            int mark = at + 1;
            bool atStart = at == 0 || _path[at - 1] == '/';
            bool atEnd = at > 0 && !atStart && (at == _path.Length || _path[at] == '/');
            int depth = 0;
            Visit(start, ref depth, mark);
            while (depth > 0)
            {
                int index = _stack[--depth];
                State state = states[index];
                switch (state.Kind)
                {
                    case Kind.Split:
                        foreach (int next in state.Next)
                        {
                            Visit(next, ref depth, mark);
                        }

                        break;
                    case Kind.DoubleStar:
                        Visit(state.Next[1], ref depth, mark);
                        if (atStart)
                        {
                            Visit(state.Next[2], ref depth, mark);
                        }

                        break;
                    default:
                        _following[_followingCount++] = index;
                        if (state.Kind == Kind.Star || (state.Kind == Kind.Deep && atEnd))
                        {
                            Visit(state.Next[0], ref depth, mark);
                        }

                        break;
                }
            }
        }

        private readonly void Visit(int state, ref int depth, int mark)
        {
            if (_seen[state] != mark)
            {
                _seen[state] = mark;
                _stack[depth++] = state;
            }
        }
    }
}
