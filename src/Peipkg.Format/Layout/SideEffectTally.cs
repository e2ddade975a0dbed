using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>Collects what a payload says about side effects and compares it with what the package declares.</summary>
internal sealed class SideEffectTally(IReadOnlyList<SideEffectRule> rules)
{
    private readonly string?[] _demanding = new string?[rules.Count];
    private readonly bool[] _permitted = new bool[rules.Count];

    /// <summary>Takes note of an entry.</summary>
    internal void Add(string path, PayloadKind kind)
    {
        if (kind == PayloadKind.Directory)
        {
            return;
        }

        for (int i = 0; i < rules.Count; i++)
        {
            Evidence evidence = rules[i].Judge(path, kind);
            _permitted[i] |= evidence == Evidence.Permits;
            _demanding[i] ??= evidence == Evidence.Demands ? path : null;
        }
    }

    /// <summary>Reports where the payload and the declaration disagree.</summary>
    internal void Report(List<LayoutProblem> problems, IReadOnlyList<SideEffect> declared)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            SideEffectRule rule = rules[i];
            bool isDeclared = declared.Contains(rule.Effect);
            if (_demanding[i] is { } path && !isDeclared)
            {
                problems.Add(
                    new LayoutProblem(
                        rule.Missing,
                        PayloadLayout.SideEffectRule,
                        path,
                        $"the package holds {DisplayText.Quote(path)} "
                            + (rule.Missing == LayoutSeverity.Error ? "and must" : "but does not")
                            + $" declare the side effect \"{rule.Effect.Text()}\""
                    )
                );
            }
            else if (isDeclared && _demanding[i] is null && !_permitted[i] && rule.Causeless is { } severity)
            {
                problems.Add(
                    new LayoutProblem(
                        severity,
                        PayloadLayout.SideEffectRule,
                        "",
                        $"the package holds {rule.Absence} and "
                            + (severity == LayoutSeverity.Error ? "must" : "need")
                            + $" not declare the side effect \"{rule.Effect.Text()}\""
                    )
                );
            }
        }
    }
}
