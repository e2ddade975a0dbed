using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes;

namespace Peipkg.Build.Deriving;

/// <summary>A package of whose files names are derived, with what decides about them besides the files.</summary>
/// <param name="Manifest">The package as its recipe declares it.</param>
/// <param name="Files">Its files.</param>
/// <param name="Choice">What is derived.</param>
/// <param name="Names">Where the result goes.</param>
internal sealed record DerivedFrom(Manifest Manifest, CapabilityFiles Files, Derivation Choice, DerivedNames Names)
{
    private readonly HashSet<string> _declared =
    [
        Manifest.Name.Text,
        .. Manifest.Provides.Select(provide => provide.Name.Text),
    ];

    /// <summary>Reports something about the package.</summary>
    internal void Report(string rule, string message) => Names.Report(rule, $"package {Manifest.Name}: {message}");

    /// <summary>Whether the package answers to a name without regard to its files.</summary>
    internal bool Declares(string name) => _declared.Contains(name);

    /// <summary>Paths for a message, no more than a few of them.</summary>
    internal static string Quote(IEnumerable<NameSource> sources)
    {
        const int Most = 3;
        string[] paths = [.. sources.Select(source => source.Path).Distinct()];
        string shown = string.Join(", ", paths.Take(Most).Select(path => DisplayText.Quote(path)));
        return paths.Length <= Most ? shown : $"{shown} and {paths.Length - Most} more";
    }
}
