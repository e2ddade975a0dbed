using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>
/// Finds libraries that programs need and that neither a package of the recipe nor a declared dependency provides, as far
/// as names tell. What a dependency really contains cannot be known here.
/// </summary>
internal static class SonameCheck
{
    internal static void Report(
        IReadOnlyList<PackagePlan> plans,
        ILookup<string, ScannedFile> files,
        FindingReporter reporter
    )
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        foreach (PackagePlan plan in plans)
        {
            held.UnionWith(
                plan.Payload.Where(source => source.Kind != PayloadKind.Directory)
                    .Select(source => source.Path[(source.Path.LastIndexOf('/') + 1)..])
            );
            held.UnionWith(files[plan.Manifest.Name.Text].Select(file => file.Image?.Soname).OfType<string>());
        }

        foreach (PackagePlan plan in plans)
        {
            HashSet<string> dependencies = new(
                plan.Manifest.Dependencies.Concat(plan.Manifest.OptionalDependencies)
                    .Select(dependency => dependency.Name.Text),
                StringComparer.Ordinal
            );
            foreach (
                IGrouping<string, string> needed in files[plan.Manifest.Name.Text]
                    .Where(file => file.Image is not null && file.Archive is null)
                    .SelectMany(file => file.Image!.Needed.Select(soname => (file.Path, Soname: soname)))
                    .Where(pair => !held.Contains(pair.Soname) && !LibraryPackages.Provide(dependencies, pair.Soname))
                    .OrderBy(pair => pair.Soname, StringComparer.Ordinal)
                    .ThenBy(pair => pair.Path, PayloadPath.Order)
                    .GroupBy(pair => pair.Soname, pair => pair.Path, StringComparer.Ordinal)
            )
            {
                string first = DisplayText.Quote(needed.First());
                int more = needed.Count() - 1;
                reporter.Report(
                    ContentRules.MissingSoname,
                    $"package {plan.Manifest.Name}: {first}{(more > 0 ? $" and {more} more" : "")} {(more > 0 ? "need" : "needs")} "
                        + $"{DisplayText.Quote(needed.Key)}, which neither a package of the recipe nor a declared dependency seems to provide"
                );
            }
        }
    }
}
