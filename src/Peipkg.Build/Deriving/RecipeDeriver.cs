using System.Collections.Frozen;
using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;

namespace Peipkg.Build.Deriving;

/// <summary>Completes the manifests of a recipe's packages with what their files provide and need.</summary>
internal static class RecipeDeriver
{
    /// <summary>Derives for every stanza what it chose.</summary>
    /// <param name="stanzas">The stanzas.</param>
    /// <param name="plans">Their packages, in the same order.</param>
    /// <param name="byDefault">What stanzas get that do not say.</param>
    /// <param name="findings">Told what cannot be derived.</param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <returns>The packages with their manifests complete.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal static IReadOnlyList<PackagePlan> Complete(
        IReadOnlyList<Stanza> stanzas,
        IReadOnlyList<PackagePlan> plans,
        Derivation byDefault,
        FindingReporter findings,
        CancellationToken cancellation
    )
    {
        DerivedNames?[] derived = new DerivedNames?[plans.Count];
        PackagePlan[] completed = [.. plans];
        for (int i = 0; i < plans.Count; i++)
        {
            Derivation choice = stanzas[i].Derive ?? byDefault;
            if (!choice.IsAny)
            {
                continue;
            }

            CapabilityFiles files = PayloadReading.Read(plans[i].Payload, choice, cancellation);
            DerivedNames names = derived[i] = NameDeriver.Derive(plans[i].Manifest, files, choice);
            foreach (Finding finding in names.Findings)
            {
                findings.Report(finding);
            }

            completed[i] = plans[i] with
            {
                Manifest = NameDeriver.Complete(plans[i].Manifest, names),
                Images = files.Images.ToFrozenDictionary(StringComparer.Ordinal),
            };
        }

        for (int i = 0; i < plans.Count; i++)
        {
            if (derived[i] is { } names)
            {
                completed[i] = Bind(stanzas[i], completed, i, names);
            }
        }

        return completed;
    }

    // A stanza that depends on the same build of another means everything that it takes from that package. A provided name
    // that has a version of its own is of another scale than the build's.
    private static PackagePlan Bind(Stanza stanza, PackagePlan[] plans, int index, DerivedNames names)
    {
        Manifest manifest = plans[index].Manifest;
        HashSet<VirtualName> siblings =
        [
            .. stanza.Dependencies.Where(dependency => dependency.SameBuild).Select(dependency => dependency.Name),
        ];
        HashSet<VirtualName> bound =
        [
            .. plans
                .Where(plan => siblings.Contains(plan.Manifest.Name))
                .SelectMany(plan => plan.Manifest.Provides)
                .Where(provide => provide.Version is null)
                .Select(provide => provide.Name),
        ];
        bound.IntersectWith(names.Needs.Values.Where(need => need.Constraint is null).Select(need => need.Name));
        bound.ExceptWith(stanza.Dependencies.Select(dependency => dependency.Name));
        if (bound.Count == 0)
        {
            return plans[index];
        }

        VersionConstraint same = VersionConstraint.Parse($"= {manifest.Version}");
        return plans[index] with
        {
            Manifest = manifest with
            {
                Dependencies =
                [
                    .. manifest.Dependencies.Select(dependency =>
                        bound.Contains(dependency.Name) ? dependency with { Constraint = same } : dependency
                    ),
                ],
            },
        };
    }
}
