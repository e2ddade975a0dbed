using Peipkg.Format.Identity;

namespace Peipkg.Format.Layout;

/// <summary>Where a package of one architecture may install (PSD-009 §3.4.1, PSPU 5.14): the edition's one table.</summary>
internal sealed class DestinationTable
{
    private readonly string _owner;
    private readonly bool _isNoArch;
    private readonly Destination[] _own;
    private readonly string[] _ancestors;
    private readonly IReadOnlyList<string> _bareRoots;

    private DestinationTable(string owner, bool isNoArch, LayoutRules rules, Destination[] own)
    {
        _owner = owner;
        _isNoArch = isNoArch;
        _own = own;
        _bareRoots = rules.BareRoots;

        // On the way to a destination, so fine as directories in every package.
        _ancestors = [.. rules.Destinations.SelectMany(place => AncestorsOf(place.Path)).Distinct()];
        List = string.Join(' ', own.Select(place => place.Shown));
        Libraries = string.Join(
            ' ',
            own.Where(place => place.Has(DestinationTraits.HoldsLibraries)).Select(place => place.Path + "/")
        );
    }

    /// <summary>All destinations, for messages.</summary>
    internal string List { get; }

    /// <summary>The destinations of libraries and kernel modules, for messages.</summary>
    internal string Libraries { get; }

    /// <summary>The destinations of an architecture.</summary>
    internal static DestinationTable Of(LayoutRules rules, Architecture architecture)
    {
        KnownArchitecture? known = rules.Find(architecture);
        bool isNoArch = architecture == Architecture.NoArch;
        return new DestinationTable(
            architecture.Text,
            isNoArch,
            rules,
            [
                .. rules
                    .Destinations.Where(place => !isNoArch || !place.Has(DestinationTraits.ArchitectureOnly))
                    .Where(place => !place.IsTriplet || known?.Triplet is not null)
                    .Select(place => place.For(known?.Triplet ?? "")),
            ]
        );
    }

    /// <summary>The destinations of all architectures together.</summary>
    internal static DestinationTable OfAll(LayoutRules rules) =>
        new(
            "any architecture",
            isNoArch: false,
            rules,
            [
                .. rules
                    .Destinations.SelectMany(place =>
                        rules.Architectures.Select(known => known.Triplet).OfType<string>().Select(place.For)
                    )
                    .Distinct(),
            ]
        );

    /// <summary>Says why an entry may not be where it is, or returns <see langword="null"/>.</summary>
    internal string? Fault(string path, PayloadKind kind)
    {
        if (_ancestors.Contains(path))
        {
            return kind == PayloadKind.Directory ? null : "it must be a directory";
        }

        if (Find(path) is { } place)
        {
            return FaultIn(place, path, kind);
        }

        if (_bareRoots.FirstOrDefault(root => new Destination(root).Holds(path)) is { } bare)
        {
            return path == bare && kind == PayloadKind.Directory
                ? null
                : $"{bare}/ is the running system's; a package may hold the empty directory {bare} and nothing in it";
        }

        return _isNoArch && path.StartsWith("usr/lib/", StringComparison.Ordinal)
            ? NoArchFault()
            : $"a package for {_owner} may not install there; the destinations are {List}";
    }

    /// <summary>Whether a symlink may lead to a path: to a destination itself or anywhere below it.</summary>
    internal bool Permits(string path) => Find(path)?.IsAtOrBelow(path) == true;

    /// <summary>Whether a path lies below a destination.</summary>
    internal bool HasBelow(string path) => Find(path)?.IsBelow(path) == true;

    /// <summary>Whether a library or kernel module may be at a path.</summary>
    internal bool HoldsLibrary(string path) => !_isNoArch && Find(path)?.Has(DestinationTraits.HoldsLibraries) == true;

    /// <summary>Patterns of all paths that entries of a kind may have.</summary>
    internal IEnumerable<string> Patterns(PayloadKind kind)
    {
        IEnumerable<Destination> places = _own.Where(place =>
            kind == PayloadKind.Directory
                ? !place.Has(DestinationTraits.SingleFile)
                : !place.Has(DestinationTraits.DirectoriesOnly)
        );
        return kind == PayloadKind.Directory
            ? [.. places.Select(place => place.Path + "/**"), .. _ancestors, .. _bareRoots]
            :
            [
                .. places.Select(place =>
                    place.Path
                    + (
                        place.Has(DestinationTraits.SingleFile) ? ""
                        : place.Has(DestinationTraits.ByRelease) ? "/*/*/**"
                        : "/*/**"
                    )
                ),
            ];
    }

    private static string? FaultIn(Destination place, string path, PayloadKind kind)
    {
        if (place.Has(DestinationTraits.SingleFile))
        {
            return path.Length > place.Path.Length || kind == PayloadKind.Directory
                ? $"{place.Path} is one file or symlink"
                : null;
        }

        if (kind == PayloadKind.Directory)
        {
            return null;
        }

        if (path.Length == place.Path.Length)
        {
            return "it must be a directory";
        }

        return place.Has(DestinationTraits.DirectoriesOnly)
                ? $"under {place.Path}/ a package may hold directories only, their content belongs to the running system"
            : place.Has(DestinationTraits.ByRelease) && !place.IsBelow(path)
                ? $"directly in {place.Path}/ lie only the directories of releases; put it into {place.Shown}"
            : null;
    }

    private string NoArchFault()
    {
        string open = string.Join(
            ' ',
            _own.Where(place => place.Path.StartsWith("usr/lib/", StringComparison.Ordinal))
                .Select(place => place.Shown)
        );
        return open.Length == 0
            ? "a noarch package may install nothing under usr/lib/"
            : $"a noarch package may install nothing under usr/lib/ but {open}";
    }

    private static IEnumerable<string> AncestorsOf(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    private Destination? Find(string path) => Array.Find(_own, place => place.Holds(path));
}
