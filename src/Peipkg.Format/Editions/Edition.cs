using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Archive;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Editions;

/// <summary>
/// An edition of the format: everything in which one text of the standard differs from another. No package says which
/// edition it is of, so whoever writes, reads or publishes one is told.
/// </summary>
public sealed class Edition
{
    internal Edition(string name) => Name = name;

    /// <summary>PSD-009 v0.22, the default.</summary>
    public static Edition Psd009 { get; } = EditionPsd009.Create();

    /// <summary>PSPU chapter 5, its successor.</summary>
    public static Edition Pspu5 { get; } = EditionPspu5.Create();

    /// <summary>The edition where none is named.</summary>
    public static Edition Default => Psd009;

    /// <summary>All editions, the oldest first.</summary>
    public static IReadOnlyList<Edition> All { get; } = [Psd009, Pspu5];

    /// <summary>The name by which recipes, repositories and command lines choose it.</summary>
    public string Name { get; }

    /// <summary>What its text is called, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The forms of archive headers.</summary>
    public required HeaderRules Headers { get; init; }

    /// <summary>Where payload lies and what it calls for.</summary>
    public required LayoutRules Layout { get; init; }

    /// <summary>The members that a manifest may have besides those of every edition.</summary>
    public required ManifestMembers Members { get; init; }

    /// <summary>Whether readers take packages for architectures that the edition does not know.</summary>
    public required bool ReadsOtherArchitectures { get; init; }

    /// <summary>
    /// Whether a package for no architecture can need only packages for none (PSD-009 §4.1.3); otherwise it needs what the
    /// system has, whatever its architecture (PSPU 5.21).
    /// </summary>
    public required bool NoArchNeedsNoArch { get; init; }

    /// <summary>Whether the checks of the layout may be turned off; otherwise a package asks for that itself.</summary>
    public required bool LayoutChecksAreOptional { get; init; }

    /// <summary>Whether a provided version above the package's own is worth a warning.</summary>
    public required bool WarnsOfHigherProvides { get; init; }

    /// <summary>Whether a build derives names from a package's files unless its recipe says otherwise.</summary>
    public required bool DerivesByDefault { get; init; }

    /// <summary>The names of its architectures, for messages.</summary>
    public string ArchitectureNames => string.Join(", ", Layout.Architectures.Select(known => known.Architecture.Text));

    /// <summary>The names of its side effects, for messages.</summary>
    public string SideEffectNames => string.Join(", ", Layout.SideEffects.Select(rule => rule.Effect.Text()));

    /// <summary>Finds an edition by its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="edition">The edition; null when there is an error.</param>
    /// <param name="error">A sentence that names the editions, and the nearest one.</param>
    public static bool TryParse(string? name, out Edition edition, [NotNullWhen(false)] out string? error)
    {
        edition = All.FirstOrDefault(candidate => candidate.Name == name)!;
        error = edition is not null
            ? null
            : $"{DisplayText.Quote(name)} is not an edition"
                + NearestName.Suggestion(name ?? "", All.Select(candidate => candidate.Name))
                + $"; there are {string.Join(" and ", All.Select(candidate => candidate.Name))}";
        return error is null;
    }

    /// <summary>Whether manifests may have all of these members.</summary>
    public bool Has(ManifestMembers members) => Members.HasFlag(members);

    /// <summary>Whether packages may be built for an architecture.</summary>
    public bool Knows(Architecture architecture) => Layout.Find(architecture) is not null;

    /// <summary>Whether packages may ask for a side effect.</summary>
    public bool Knows(SideEffect effect) => Layout.SideEffects.Any(rule => rule.Effect == effect);

    /// <summary>Says that manifests have no such member, and where they do; null where they have it.</summary>
    public string? Lack(ManifestMembers member) =>
        Has(member) ? null : $"there is no {member.Name()} in edition {Name}" + Elsewhere(other => other.Has(member));

    /// <summary>Says that there is no such side effect, and where there is; null where there is one.</summary>
    public string? Lack(SideEffect effect) =>
        Knows(effect)
            ? null
            : $"{DisplayText.Quote(effect.Text())} is no side effect in edition {Name}"
                + Elsewhere(other => other.Knows(effect));

    /// <summary>The ending <c> (psd-009 has it)</c> of an error, for what this edition lacks; empty if all lack it.</summary>
    /// <param name="has">Whether an edition has it.</param>
    public string Elsewhere(Func<Edition, bool> has)
    {
        string[] others = [.. All.Where(other => other != this && has(other)).Select(other => other.Name)];
        return others.Length switch
        {
            0 => "",
            1 => $" ({others[0]} has it)",
            _ => $" ({string.Join(", ", others)} have it)",
        };
    }

    /// <summary>Finds every violation of the layout, and says where another edition permits what this one does not.</summary>
    /// <inheritdoc cref="PayloadLayout.Check"/>
    public IReadOnlyList<LayoutProblem> CheckLayout(
        LayoutDeclarations declared,
        IReadOnlyCollection<IPayloadEntry> entries,
        LayoutChecks checks = LayoutChecks.All,
        LayoutRole role = LayoutRole.Reader
    )
    {
        IReadOnlyList<LayoutProblem> problems = PayloadLayout.Check(Layout, declared, entries, checks, role);
        if (!problems.Any(problem => problem.Severity == LayoutSeverity.Error))
        {
            return problems;
        }

        (string Name, HashSet<string> Faults)[] others =
        [
            .. All.Where(other => other != this && other.Understands(declared))
                .Select(other => (other.Name, other.PlacesOfFaults(declared, entries, checks, role))),
        ];
        return [.. problems.Select(problem => Hinted(problem, others))];
    }

    private static LayoutProblem Hinted(LayoutProblem problem, (string Name, HashSet<string> Faults)[] others)
    {
        string? name = Array.Find(others, other => !other.Faults.Contains(PlaceOf(problem))).Name;
        return problem.Severity == LayoutSeverity.Error && name is not null
            ? problem with
            {
                Message = $"{problem.Message} (edition {name} takes it as it is)",
            }
            : problem;
    }

    private bool Understands(LayoutDeclarations declared) =>
        (!declared.SpecialSystemPackage || Has(ManifestMembers.SpecialSystemPackage))
        && (declared.Claims.Count == 0 || Has(ManifestMembers.Claims));

    // A fault of the package as a whole is the same only under the same rule.
    private static string PlaceOf(LayoutProblem problem) =>
        problem.Path.Length > 0 ? problem.Path : "//" + problem.Rule;

    private HashSet<string> PlacesOfFaults(
        LayoutDeclarations declared,
        IReadOnlyCollection<IPayloadEntry> entries,
        LayoutChecks checks,
        LayoutRole role
    ) =>
        [
            .. PayloadLayout
                .Check(Layout, declared, entries, checks, role)
                .Where(problem => problem.Severity == LayoutSeverity.Error)
                .Select(PlaceOf),
        ];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
