using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>Checks that security descriptors are declared for what the payload holds (PSD-009 §3.3.5, PSPU 5.20).</summary>
internal static class DescribedPathCheck
{
    internal static void Run(
        LayoutRules rules,
        LayoutDeclarations declared,
        PayloadTree tree,
        LayoutRole role,
        List<LayoutProblem> problems
    )
    {
        var missing = new List<string>();
        foreach (string path in declared.DescribedPaths)
        {
            IPayloadEntry? entry = tree.Find(path);
            string? fault =
                entry is null ? (tree.Holds(path) ? null : Missing(path, missing))
                : entry.Kind == PayloadKind.Symlink ? "a symlink; only files and directories have security descriptors"
                : rules.IsSidecar(path) && role == LayoutRole.Producer ? "a signature, which is not installed as a file"
                : null;
            if (fault is not null)
            {
                problems.Add(Error(path, fault));
            }
        }

        problems.AddRange(missing.Order(PayloadPath.Order).Select(path => Error(path, "which is not in the payload")));
    }

    private static string? Missing(string path, List<string> missing)
    {
        missing.Add(path);
        return null;
    }

    private static LayoutProblem Error(string path, string fault) =>
        PayloadLayout.Error(
            PayloadLayout.SdOverrideRule,
            path,
            $"sd_overrides names {DisplayText.Quote(path)}, {fault}"
        );
}
