using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>Holds claims against the payload (PSPU 5.23); their own syntax is the manifest's.</summary>
internal static class ClaimCheck
{
    internal static void Run(
        LayoutRules rules,
        LayoutDeclarations declared,
        PayloadTree tree,
        LayoutRole role,
        List<LayoutProblem> problems
    )
    {
        foreach (DeclaredClaim claim in declared.Claims)
        {
            if (claim.Target is { } target && (!tree.Holds(target[1..]) || rules.IsSidecar(target[1..])))
            {
                problems.Add(
                    PayloadLayout.Error(
                        PayloadLayout.ClaimRule,
                        target[1..],
                        $"{claim.Label} leads to {DisplayText.Quote(target)}, which the package does not install"
                    )
                );
            }

            if (claim.Path is { } path && tree.Holds(path[1..]))
            {
                problems.Add(
                    new LayoutProblem(
                        role == LayoutRole.Producer ? LayoutSeverity.Error : LayoutSeverity.Warning,
                        PayloadLayout.ClaimRule,
                        path[1..],
                        $"{claim.Label} claims {DisplayText.Quote(path)}, which the package itself holds, so that the "
                            + "claim can never be made"
                    )
                );
            }
        }
    }
}
