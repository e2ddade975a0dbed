using Peipkg.Format.Text;

namespace Peipkg.Format.Layout;

/// <summary>
/// Checks a payload as a whole: destinations, symlinks, libraries, signatures of files, side effects, security descriptors
/// and claims (PSD-009 §3.4, PSPU 5.13 to 5.17).
/// </summary>
/// <remarks>All violations are found in one run, so that an author mends them in one go.</remarks>
public static class PayloadLayout
{
    /// <summary>An entry's path breaks the rules of payload paths.</summary>
    public const string PathRule = "payload-path";

    /// <summary>Two entries share a path.</summary>
    public const string DuplicateRule = "payload-duplicate";

    /// <summary>An entry lies below one that is not a directory.</summary>
    public const string ParentRule = "payload-parent";

    /// <summary>A symlink's target is unsafe.</summary>
    public const string TargetRule = "symlink-target";

    /// <summary>An entry is outside the permitted destinations.</summary>
    public const string DestinationRule = "destination";

    /// <summary>A library or kernel module is outside the destinations of libraries.</summary>
    public const string LibraryRule = "library-place";

    /// <summary>A symlink leads outside the permitted destinations.</summary>
    public const string TargetDestinationRule = "symlink-destination";

    /// <summary>An entry or symlink reaches a place that no package may reach.</summary>
    public const string ForbiddenRule = "forbidden-place";

    /// <summary>A special system package installs outside the layout.</summary>
    public const string SpecialRule = "special-layout";

    /// <summary>An entry lies directly in a drop-in directory.</summary>
    public const string DropInRule = "drop-in";

    /// <summary>An entry named as a signature of a file is not one.</summary>
    public const string SidecarRule = "sidecar";

    /// <summary>A claim leads to something that the package does not hold, or claims what it holds itself.</summary>
    public const string ClaimRule = "claim";

    /// <summary>A security descriptor is declared for something that is no file or directory of the payload.</summary>
    public const string SdOverrideRule = "sd-override-target";

    /// <summary>A side effect is missing, superfluous or advisable.</summary>
    public const string SideEffectRule = "side-effect";

    /// <summary>Finds every violation.</summary>
    /// <param name="rules">The edition's rules.</param>
    /// <param name="declared">What the package declares.</param>
    /// <param name="entries">
    /// The payload, in any order. Ancestor directories may be left out; they count as there.
    /// </param>
    /// <param name="checks">What to check besides safety.</param>
    /// <param name="role">For whom.</param>
    /// <returns>The violations: per entry in the order given, then those of the package as a whole.</returns>
    /// <exception cref="IOException">The beginning of a file that a rule asks for cannot be read.</exception>
    public static IReadOnlyList<LayoutProblem> Check(
        LayoutRules rules,
        LayoutDeclarations declared,
        IEnumerable<IPayloadEntry> entries,
        LayoutChecks checks = LayoutChecks.All,
        LayoutRole role = LayoutRole.Reader
    )
    {
        var problems = new List<LayoutProblem>();
        Dictionary<string, IPayloadEntry> payload = Collect(entries, problems);
        var tree = new PayloadTree(payload);
        new PlaceCheck(rules, declared, tree, checks, problems).Run(payload);
        CheckParents(tree, problems);
        DescribedPathCheck.Run(rules, declared, tree, role, problems);
        ClaimCheck.Run(rules, declared, tree, role, problems);
        if ((checks & LayoutChecks.SideEffects) != 0)
        {
            var tally = new SideEffectTally(rules.SideEffects);
            foreach ((string path, IPayloadEntry entry) in payload.Where(pair => !rules.IsSidecar(pair.Key)))
            {
                tally.Add(path, entry.Kind);
            }

            tally.Report(problems, declared.SideEffects);
        }

        return problems;
    }

    internal static LayoutProblem Error(string rule, string path, string message) =>
        new(LayoutSeverity.Error, rule, path, message);

    private static Dictionary<string, IPayloadEntry> Collect(
        IEnumerable<IPayloadEntry> entries,
        List<LayoutProblem> problems
    )
    {
        // Insertion order is kept as long as nothing is removed.
        var payload = new Dictionary<string, IPayloadEntry>(StringComparer.Ordinal);
        foreach (IPayloadEntry entry in entries)
        {
            string path = entry.Path;
            if (!PayloadPath.TryValidate(path, out var error))
            {
                problems.Add(Error(PathRule, path, error));
            }
            else if (!payload.TryAdd(path, entry))
            {
                problems.Add(Error(DuplicateRule, path, $"{DisplayText.Quote(path)} is in the payload twice"));
            }
        }

        return payload;
    }

    private static void CheckParents(PayloadTree tree, List<LayoutProblem> problems)
    {
        foreach ((string path, string parent) in tree.BelowOthersThanDirectories())
        {
            problems.Add(
                Error(
                    ParentRule,
                    path,
                    $"{DisplayText.Quote(path)} lies below {DisplayText.Quote(parent)}, which is not a directory"
                )
            );
        }
    }
}
