using Peipkg.Format.Identity;

namespace Peipkg.Format.Layout;

/// <summary>Where a package of one architecture may install (PSD-009 §3.4.1): the one table.</summary>
internal sealed class Destinations
{
    private const string TripletPlaceholder = "<triplet>";

    private static readonly Tree[] Table =
    [
        new("usr/bin"),
        new("usr/sbin"),
        new("usr/lib/" + TripletPlaceholder, ArchitectureOnly: true),
        new("usr/lib/debug", ArchitectureOnly: true),
        new("usr/lib/modules", ArchitectureOnly: true),
        new("usr/share"),
        new("usr/include"),
        new("usr/src/debug"),
        new("etc"),
        new("var", DirectoriesOnly: true),
        new("opt"),
        new("boot"),
        new("hooks"),
    ];

    // Mount points of a root file system: a package may hold the bare directory and nothing in it.
    private static readonly string[] BareRoots = ["dev", "proc", "run", "sys", "tmp"];

    // On the way to a destination, so fine as directories in every package.
    private static readonly string[] Ancestors = [.. Table.SelectMany(tree => AncestorsOf(tree.Path)).Distinct()];

    private static readonly Destinations[] Supported =
    [
        new(Architecture.X86_64),
        new(Architecture.AArch64),
        new(Architecture.NoArch),
    ];

    private readonly Architecture _architecture;
    private readonly Tree[] _trees;

    private Destinations(Architecture architecture)
    {
        _architecture = architecture;
        _trees = [.. Table.Where(IsFor).Select(Resolve)];
        List = string.Join(' ', _trees.Select(tree => tree.Path + "/"));
    }

    /// <summary>The destinations of an architecture.</summary>
    internal static Destinations Of(Architecture architecture) =>
        Array.Find(Supported, known => known._architecture == architecture) ?? new Destinations(architecture);

    /// <summary>All destinations, for messages.</summary>
    internal string List { get; }

    /// <summary>Says why an entry may not be where it is, or returns <see langword="null"/>.</summary>
    internal string? Fault(string path, PayloadKind kind)
    {
        if (Ancestors.Contains(path))
        {
            return kind == PayloadKind.Directory ? null : "it must be a directory";
        }

        if (TreeOf(path) is { } tree)
        {
            return kind == PayloadKind.Directory || (path.Length > tree.Path.Length && !tree.DirectoriesOnly) ? null
                : tree.DirectoriesOnly
                    ? $"under {tree.Path}/ a package may hold directories only, their content belongs to the running system"
                : "it must be a directory";
        }

        if (Array.Find(BareRoots, root => IsAtOrBelow(path, root)) is { } bare)
        {
            return path == bare && kind == PayloadKind.Directory
                ? null
                : $"{bare}/ is the running system's; a package may hold the empty directory {bare} and nothing in it";
        }

        return path.StartsWith("usr/lib/", StringComparison.Ordinal) && _architecture == Architecture.NoArch
            ? "a noarch package may install nothing under usr/lib/"
            : $"a package for {_architecture.Text} may not install there; the destinations are {List}";
    }

    /// <summary>Whether a symlink may lead to a path: to a destination itself or anywhere below it.</summary>
    internal bool Permits(string path) => TreeOf(path) is not null;

    /// <summary>Patterns of all paths that entries of a kind may have.</summary>
    internal IEnumerable<string> Patterns(PayloadKind kind) =>
        kind == PayloadKind.Directory
            ? [.. _trees.Select(tree => tree.Path + "/**"), .. Ancestors, .. BareRoots]
            : [.. _trees.Where(tree => !tree.DirectoriesOnly).Select(tree => tree.Path + "/*/**")];

    private static IEnumerable<string> AncestorsOf(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            yield return path[..slash];
        }
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || path[directory.Length] == '/');

    private bool IsFor(Tree tree) =>
        tree.Path.EndsWith(TripletPlaceholder, StringComparison.Ordinal)
            ? _architecture.Triplet is not null
            : !tree.ArchitectureOnly || _architecture != Architecture.NoArch;

    private Tree Resolve(Tree tree) =>
        tree with
        {
            Path = tree.Path.Replace(TripletPlaceholder, _architecture.Triplet, StringComparison.Ordinal),
        };

    private Tree? TreeOf(string path) => Array.Find(_trees, tree => IsAtOrBelow(path, tree.Path));

    /// <summary>A directory below which packages install.</summary>
    /// <param name="Path">The directory.</param>
    /// <param name="ArchitectureOnly">Whether it is closed to noarch packages.</param>
    /// <param name="DirectoriesOnly">Whether a package may only create directories there.</param>
    private sealed record Tree(string Path, bool ArchitectureOnly = false, bool DirectoriesOnly = false);
}
