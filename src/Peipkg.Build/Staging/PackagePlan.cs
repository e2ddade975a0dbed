using System.Collections.Frozen;
using Peipkg.Build.Elf;
using Peipkg.Build.Rules;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Staging;

/// <summary>A package that is to be written.</summary>
/// <param name="Manifest">Everything but <c>size_installed</c>, which is computed.</param>
/// <param name="Payload">Its entries; ancestor directories may be left out.</param>
internal sealed record PackagePlan(Manifest Manifest, IReadOnlyList<PayloadSource> Payload)
{
    /// <summary>The ELF files that have been read, by path; others may be some that have not.</summary>
    internal IReadOnlyDictionary<string, ElfImage> Images { get; init; } = FrozenDictionary<string, ElfImage>.Empty;

    /// <summary>The edition whose package it is.</summary>
    internal Edition Edition { get; init; } = Edition.Default;

    /// <summary>The conventional file name (§2.1.4).</summary>
    internal string FileName => PackageFileName.Compose(Manifest.Name, Manifest.Version, Manifest.Architecture);

    /// <summary>Checks the manifest and the layout.</summary>
    /// <param name="checks">What of the layout to check besides safety.</param>
    /// <param name="findings">Told everything, each sentence with the package's name.</param>
    internal void Check(LayoutChecks checks, FindingReporter findings)
    {
        string label = $"package {Manifest.Name}";
        foreach (LayoutProblem problem in PackageJudgement.Produce(Manifest, Payload, Edition, checks))
        {
            // Where a side effect is only advisable, it is the recipe's choice. What no tree on a disk can break has no row, and
            // the format's own rule is then named by the message.
            string? rule = problem is { Severity: LayoutSeverity.Warning, Rule: PayloadLayout.SideEffectRule }
                ? StanzaRules.SideEffectMissing
                : RuleTable.Find(problem.Rule)?.Id;
            findings.Report(
                rule ?? RecipeRule.Value,
                $"{label}: {(rule is null ? problem.ToString() : problem.Message)}",
                RemedyOf(problem)
            );
        }
    }

    // Of what a rule's remedy offers, the half that applies.
    private static string? RemedyOf(LayoutProblem problem) =>
        problem is not { Rule: PayloadLayout.SideEffectRule, Severity: LayoutSeverity.Error } ? null
        : problem.Path.Length > 0 ? "Add the side effect to side_effects."
        : "Remove the side effect from side_effects.";
}
