using Peipkg.Build.Rules;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Deriving;

/// <summary>A file that a derived name comes from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Evidence">What in it says so, for people: <c>DT_NEEDED</c>, <c>Requires: zlib &gt;= 1.2</c>.</param>
internal readonly record struct NameSource(string Path, string Evidence);

/// <summary>A name that files of a package provide.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">Its version, or null.</param>
internal sealed record DerivedProvide(VirtualName Name, VersionOperand? Version);

/// <summary>A name that files of a package need, and others must provide.</summary>
/// <param name="Name">The name.</param>
/// <param name="Constraint">Which versions will do; null for all.</param>
internal sealed record DerivedNeed(VirtualName Name, VersionConstraint? Constraint);

/// <summary>What the files of one package say.</summary>
internal sealed class DerivedNames
{
    private readonly Dictionary<string, List<NameSource>> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NameSource>> _needers = new(StringComparer.Ordinal);

    /// <summary>The provided names.</summary>
    internal Dictionary<VirtualName, DerivedProvide> Provides { get; } = [];

    /// <summary>The needed names that the package does not provide itself.</summary>
    internal Dictionary<VirtualName, DerivedNeed> Needs { get; } = [];

    /// <summary>What cannot be derived, or deserves attention.</summary>
    internal List<Finding> Findings { get; } = [];

    /// <summary>The files that provide a name.</summary>
    internal IReadOnlyList<NameSource> ProvidersOf(string name) => _providers.GetValueOrDefault(name) ?? [];

    /// <summary>The files that need a name, whether or not the package provides it.</summary>
    internal IReadOnlyList<NameSource> NeedersOf(string name) => _needers.GetValueOrDefault(name) ?? [];

    /// <summary>Takes note of a file that provides a name.</summary>
    internal void AddProvider(string name, NameSource source) => Add(_providers, name, source);

    /// <summary>Takes note of a file that needs a name.</summary>
    internal void AddNeeder(string name, NameSource source) => Add(_needers, name, source);

    /// <summary>Reports something.</summary>
    internal void Report(string rule, string message) => Findings.Add(Finding.Of(rule, message));

    private static void Add(Dictionary<string, List<NameSource>> sources, string name, NameSource source)
    {
        if (!sources.TryGetValue(name, out List<NameSource>? list))
        {
            sources.Add(name, list = []);
        }

        if (!list.Contains(source))
        {
            list.Add(source);
        }
    }
}
