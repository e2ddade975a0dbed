using Peipkg.CommandLine;
using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Packing;

/// <summary>A package that is to be written.</summary>
/// <param name="Manifest">Everything but <c>size_installed</c>, which is computed.</param>
/// <param name="Payload">Its entries; ancestor directories may be left out.</param>
internal sealed record PackagePlan(Manifest Manifest, IReadOnlyList<PayloadSource> Payload)
{
    /// <summary>The conventional file name (§2.1.4).</summary>
    internal string FileName => PackageFileName.Compose(Manifest.Name, Manifest.Version, Manifest.Architecture);

    /// <summary>Checks the manifest and the layout.</summary>
    /// <param name="checks">What of the layout to check besides safety.</param>
    /// <param name="diagnostics">Told what is only advisable.</param>
    /// <returns>Everything that keeps the package from being written, each sentence with the package's name.</returns>
    internal IReadOnlyList<string> Check(LayoutChecks checks, Diagnostics diagnostics)
    {
        List<string> errors = [];
        string label = $"package {Manifest.Name}";
        try
        {
            _ = ManifestDocument.Write(Manifest);
        }
        catch (FormatViolationException exception)
        {
            errors.Add($"{label}: {exception.Message}");
        }

        foreach (LayoutProblem problem in PayloadLayout.Check(
            Manifest, Payload.Select(source => (source.Path, source.Kind, source.LinkTarget)), checks))
        {
            if (problem.Severity == LayoutSeverity.Error)
            {
                errors.Add($"{label}: {problem}");
            }
            else
            {
                diagnostics.Warning($"{label}: {problem}");
            }
        }

        return errors;
    }
}
