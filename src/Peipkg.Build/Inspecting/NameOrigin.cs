using System.Collections.Frozen;
using Peipkg.Build.Deriving;
using Peipkg.Build.Reading;
using Peipkg.Build.Staging;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Inspecting;

/// <summary>Where a name of a package comes from: from which of its files, read again, or from the recipe alone.</summary>
/// <param name="Name">The name.</param>
/// <param name="Provide">The entry of <c>provides</c>, or null.</param>
/// <param name="Providers">The files that provide it.</param>
/// <param name="Need">The entry of <c>dependencies</c> or <c>optional_dependencies</c>, or null.</param>
/// <param name="Needers">The files that need it.</param>
internal sealed record NameOrigin(
    string Name,
    Provide? Provide,
    IReadOnlyList<NameSource> Providers,
    Dependency? Need,
    IReadOnlyList<NameSource> Needers
)
{
    /// <summary>Looks for a name in a package's manifest and in its files.</summary>
    /// <exception cref="UserErrorException">It is in neither.</exception>
    internal static NameOrigin Find(OpenedPackage package, string name, ToolContext context)
    {
        CapabilityFiles files = new([
            .. package.Content.Entries.Select(entry => (entry.Path, entry.Kind, entry.LinkTarget)),
        ]);
        using (
            StagingArea area = StagingArea.Create(
                context.Variables.GetValueOrDefault("TMPDIR"),
                keep: false,
                context.Diagnostics
            )
        )
        {
            package.Unpack(new CapabilityReceiver(files, area.Work), context);
        }

        Manifest manifest = package.Manifest;
        DerivedNames names = NameDeriver.Derive(manifest, files, ChoiceFor(name));
        NameOrigin origin = new(
            name,
            manifest.Provides.Where(provide => provide.Name.Text == name).Cast<Provide?>().FirstOrDefault(),
            names.ProvidersOf(name),
            manifest
                .Dependencies.Concat(manifest.OptionalDependencies)
                .Where(dependency => dependency.Name.Text == name)
                .Cast<Dependency?>()
                .FirstOrDefault(),
            names.NeedersOf(name)
        );
        return origin.Provide is null && origin.Need is null && origin.Providers.Count + origin.Needers.Count == 0
            ? throw new UserErrorException(
                $"{package.File} neither provides nor needs {DisplayText.Quote(name)}"
                    + NearestName.Suggestion(name, NamesOf(manifest))
            )
            : origin;
    }

    // Symbol versions are told of whichever library is asked for.
    private static Derivation ChoiceFor(string name)
    {
        const string Before = "elfver(";
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon > Before.Length && name.StartsWith(Before, StringComparison.Ordinal)
            ? Derivation.Full with
            {
                NodeSonames = FrozenSet.Create(StringComparer.Ordinal, name[Before.Length..colon]),
            }
            : Derivation.Full;
    }

    private static IEnumerable<string> NamesOf(Manifest manifest) =>
        manifest
            .Provides.Select(provide => provide.Name.Text)
            .Concat(manifest.Dependencies.Concat(manifest.OptionalDependencies).Select(need => need.Name.Text));
}
