using System.Collections.Concurrent;
using System.Collections.Frozen;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Layout;

/// <summary>What an edition says about where payload lies and what it calls for.</summary>
public sealed class LayoutRules
{
    private readonly ConcurrentDictionary<Architecture, DestinationTable> _tables = new();
    private readonly Lazy<DestinationTable> _wholeTable;

    /// <summary>Creates rules, all of which must be set.</summary>
    public LayoutRules() => _wholeTable = new Lazy<DestinationTable>(() => DestinationTable.OfAll(this));

    /// <summary>The architectures that packages may be built for.</summary>
    public required IReadOnlyList<KnownArchitecture> Architectures { get; init; }

    /// <summary>Where packages install.</summary>
    public required IReadOnlyList<Destination> Destinations { get; init; }

    /// <summary>Mount points of a root file system: a package may hold the bare directory and nothing in it.</summary>
    public required IReadOnlyList<string> BareRoots { get; init; }

    /// <summary>Places that no package reaches, neither by an entry nor by a symlink, whatever it is allowed.</summary>
    public required IReadOnlyList<string> Forbidden { get; init; }

    /// <summary>
    /// Whether symlinks may lead to any path of the payload and to destinations of other architectures, or only to the
    /// package's own destinations.
    /// </summary>
    public required bool LinksLeadToPayload { get; init; }

    /// <summary>
    /// Directories whose files act on the whole system: only an official repository publishes entries directly in one.
    /// </summary>
    public required FrozenSet<string> DropInDirectories { get; init; }

    /// <summary>Whether <c>*.peios.sig</c> are signatures of the files beside them.</summary>
    public required bool Sidecars { get; init; }

    /// <summary>The maintenance operations, each with what calls for it.</summary>
    public required IReadOnlyList<SideEffectRule> SideEffects { get; init; }

    /// <summary>Where entries of a package may be.</summary>
    /// <param name="architecture">The package's architecture.</param>
    /// <param name="kind">What the entries are.</param>
    /// <returns>Patterns in which <c>*</c> stands for one component and <c>**</c> for any number of them.</returns>
    public IReadOnlyList<string> Places(Architecture architecture, PayloadKind kind) =>
        [.. Of(architecture).Patterns(kind)];

    /// <summary>The architecture as the edition knows it, or null when it does not.</summary>
    public KnownArchitecture? Find(Architecture architecture) =>
        Architectures.FirstOrDefault(known => known.Architecture == architecture);

    /// <summary>Whether a path is one that no package reaches.</summary>
    internal bool IsForbidden(string path) => Forbidden.Any(place => new Destination(place).Holds(path));

    /// <summary>Whether a path is a signature of the file beside it.</summary>
    public bool IsSidecar(string path) => Sidecars && path.EndsWith(Sidecar.Suffix, StringComparison.Ordinal);

    /// <summary>The destinations of an architecture.</summary>
    internal DestinationTable Of(Architecture architecture) =>
        _tables.GetOrAdd(architecture, static (key, rules) => DestinationTable.Of(rules, key), this);

    /// <summary>The destinations of all architectures together.</summary>
    internal DestinationTable OfAll() => _wholeTable.Value;
}
