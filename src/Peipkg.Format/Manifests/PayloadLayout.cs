using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>Checks a payload as a whole: destinations, symlinks, side effects, security descriptors (PSD-009 §3.4).</summary>
/// <remarks>All violations are found in one run, so that an author mends them in one go.</remarks>
public static class PayloadLayout
{
    /// <summary>An entry's path breaks the rules of payload paths.</summary>
    public const string PathRule = ManifestRule.Path;

    /// <summary>Two entries share a path.</summary>
    public const string DuplicateRule = "payload-duplicate";

    /// <summary>An entry lies below one that is no directory.</summary>
    public const string ParentRule = "payload-parent";

    /// <summary>A symlink's target is unsafe.</summary>
    public const string TargetRule = "symlink-target";

    /// <summary>An entry is outside the permitted destinations.</summary>
    public const string DestinationRule = "destination";

    /// <summary>A symlink leads outside the permitted destinations.</summary>
    public const string TargetDestinationRule = "symlink-destination";

    /// <summary>A security descriptor is declared for something that is no file or directory of the payload.</summary>
    public const string SdOverrideRule = "sd-override-target";

    /// <summary>A side effect is missing, superfluous or advisable.</summary>
    public const string SideEffectRule = "side-effect";

    /// <summary>Where entries of a package may be.</summary>
    /// <param name="architecture">The package's architecture.</param>
    /// <param name="kind">What the entries are.</param>
    /// <returns>Patterns in which <c>*</c> stands for one component and <c>**</c> for any number of them.</returns>
    public static IReadOnlyList<string> Places(Architecture architecture, PayloadKind kind) =>
        [.. Destinations.Of(architecture).Patterns(kind)];

    /// <summary>Finds every violation.</summary>
    /// <param name="manifest">Architecture, side effects and security descriptors count.</param>
    /// <param name="entries">
    /// The payload, in any order. Ancestor directories may be left out; they count as there.
    /// </param>
    /// <param name="checks">What to check besides safety.</param>
    /// <returns>The violations: per entry in the order given, then those of the package as a whole.</returns>
    public static IReadOnlyList<LayoutProblem> Check(
        Manifest manifest,
        IEnumerable<(string Path, PayloadKind Kind, string? LinkTarget)> entries,
        LayoutChecks checks = LayoutChecks.All
    )
    {
        var problems = new List<LayoutProblem>();
        var kinds = new Dictionary<string, PayloadKind>(StringComparer.Ordinal);
        Destinations destinations = Destinations.Of(manifest.Architecture);
        var evidence = new SideEffectEvidence();
        foreach (var (path, kind, target) in entries)
        {
            if (!PayloadPath.TryValidate(path, out var error))
            {
                problems.Add(Error(PathRule, path, error));
                continue;
            }

            if (!kinds.TryAdd(path, kind))
            {
                problems.Add(Error(DuplicateRule, path, $"{DisplayText.Quote(path)} is in the payload twice"));
                continue;
            }

            evidence.Add(path, kind);
            if ((checks & LayoutChecks.Destinations) != 0 && destinations.Fault(path, kind) is { } fault)
            {
                problems.Add(Error(DestinationRule, path, $"{DisplayText.Quote(path)} is out of place: {fault}"));
            }

            if (kind == PayloadKind.Symlink)
            {
                CheckTarget(problems, destinations, path, target ?? "", checks);
            }
        }

        CheckParents(problems, kinds);
        CheckOverrides(problems, kinds, manifest);
        if ((checks & LayoutChecks.SideEffects) != 0)
        {
            evidence.Report(problems, manifest.SideEffects);
        }

        return problems;
    }

    private static LayoutProblem Error(string rule, string path, string message) =>
        new(LayoutSeverity.Error, rule, path, message);

    private static void CheckTarget(
        List<LayoutProblem> problems,
        Destinations destinations,
        string path,
        string target,
        LayoutChecks checks
    )
    {
        if (!SymlinkTarget.TryValidate(path, target, out var error))
        {
            problems.Add(Error(TargetRule, path, $"the symlink {DisplayText.Quote(path)} is unsafe: {error}"));
            return;
        }

        var resolved = SymlinkTarget.Resolve(path, target)!;
        if ((checks & LayoutChecks.Destinations) != 0 && !destinations.Permits(resolved))
        {
            problems.Add(
                Error(
                    TargetDestinationRule,
                    path,
                    $"the symlink {DisplayText.Quote(path)} leads to {DisplayText.Quote("/" + resolved)}, outside the "
                        + $"destinations {destinations.List}"
                )
            );
        }
    }

    // An ancestor that is itself an entry answers for those above it; the walk up ends there.
    private static void CheckParents(List<LayoutProblem> problems, Dictionary<string, PayloadKind> kinds)
    {
        var lookup = kinds.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var path in kinds.Keys)
        {
            var parent = Parent(path);
            while (!parent.IsEmpty && !lookup.ContainsKey(parent))
            {
                parent = Parent(parent);
            }

            if (!parent.IsEmpty && lookup[parent] != PayloadKind.Directory)
            {
                problems.Add(
                    Error(
                        ParentRule,
                        path,
                        $"{DisplayText.Quote(path)} lies below {DisplayText.Quote(parent.ToString())}, "
                            + "which is no directory"
                    )
                );
            }
        }
    }

    private static void CheckOverrides(
        List<LayoutProblem> problems,
        Dictionary<string, PayloadKind> kinds,
        Manifest manifest
    )
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in manifest.SdOverrides)
        {
            if (!kinds.TryGetValue(item.Path, out PayloadKind kind))
            {
                missing.Add(item.Path);
            }
            else if (kind == PayloadKind.Symlink)
            {
                problems.Add(
                    Error(
                        SdOverrideRule,
                        item.Path,
                        $"sd_overrides names {DisplayText.Quote(item.Path)}, a symlink; only files and directories have "
                            + "security descriptors"
                    )
                );
            }
        }

        RemoveAncestors(missing, kinds.Keys);
        problems.AddRange(
            missing
                .Order(PayloadPath.Order)
                .Select(path =>
                    Error(
                        SdOverrideRule,
                        path,
                        $"sd_overrides names {DisplayText.Quote(path)}, which is not in the payload"
                    )
                )
        );
    }

    // Ancestors of entries are directories of the payload also when the caller leaves them to the packer.
    private static void RemoveAncestors(HashSet<string> missing, IEnumerable<string> paths)
    {
        var lookup = missing.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var path in paths)
        {
            for (var parent = Parent(path); missing.Count > 0 && !parent.IsEmpty; parent = Parent(parent))
            {
                lookup.Remove(parent);
            }
        }
    }

    private static ReadOnlySpan<char> Parent(ReadOnlySpan<char> path) =>
        path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : default;
}
