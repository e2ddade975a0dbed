using Peipkg.Format.Identity;

namespace Peipkg.Format.Manifests;

/// <summary>Where a package may install (PSD-009 §3.4.1): the one table.</summary>
internal static class Destinations
{
    // Below these a package may install files, directories and symlinks, but for var, which is the runtime's.
    private static readonly string[] Trees =
    [
        "usr/bin", "usr/sbin", "usr/lib/debug", "usr/lib/modules", "usr/share", "usr/include", "usr/src/debug",
        "etc", "var", "opt", "boot", "hooks",
    ];

    // On the way to a tree, so always fine as directories.
    private static readonly string[] Ancestors = ["usr", "usr/lib", "usr/src"];

    // Mount points of a root file system: the bare directory and nothing in it.
    private static readonly string[] BareRoots = ["dev", "proc", "run", "sys", "tmp"];

    /// <summary>Says why an entry may not be where it is, or returns <see langword="null"/>.</summary>
    internal static string? Fault(string path, PayloadKind kind, Architecture architecture)
    {
        if (Ancestors.Contains(path))
        {
            return kind == PayloadKind.Directory ? null : "it must be a directory";
        }

        if (BareRoots.FirstOrDefault(root => IsAtOrBelow(path, root)) is { } bare)
        {
            return path == bare && kind == PayloadKind.Directory
                ? null
                : $"{bare}/ is the running system's; a package may hold the empty directory {bare} and nothing in it";
        }

        if (LibraryFault(path, architecture) is { } fault)
        {
            return fault;
        }

        var tree = TreeOf(path, architecture);
        if (tree is null)
        {
            return "no package may install there; the destinations are " + List(architecture);
        }

        if (path == tree && kind != PayloadKind.Directory)
        {
            return "it must be a directory";
        }

        return tree == "var" && kind != PayloadKind.Directory
            ? "under var/ a package may hold directories only, their content belongs to the running system"
            : null;
    }

    /// <summary>Whether a symlink may lead to a path: to a destination itself or anywhere below it.</summary>
    internal static bool Permits(string path, Architecture architecture) => TreeOf(path, architecture) is not null;

    /// <summary>All destinations of an architecture, for messages.</summary>
    internal static string List(Architecture architecture) =>
        string.Join(' ', For(architecture).Select(tree => tree + "/"));

    private static string? TreeOf(string path, Architecture architecture) =>
        For(architecture).FirstOrDefault(tree => IsAtOrBelow(path, tree));

    private static IEnumerable<string> For(Architecture architecture)
    {
        foreach (var tree in Trees)
        {
            if (tree == "usr/lib/debug" && architecture.Triplet is { } triplet)
            {
                yield return "usr/lib/" + triplet;
            }

            if (architecture != Architecture.NoArch || !tree.StartsWith("usr/lib/", StringComparison.Ordinal))
            {
                yield return tree;
            }
        }
    }

    private static string? LibraryFault(string path, Architecture architecture)
    {
        if (!path.StartsWith("usr/lib/", StringComparison.Ordinal) || TreeOf(path, architecture) is not null)
        {
            return null;
        }

        if (architecture == Architecture.NoArch)
        {
            return "a noarch package may install nothing under usr/lib/";
        }

        var own = architecture.Triplet is { } triplet ? $"usr/lib/{triplet}/, " : "";
        return $"under usr/lib/ a package for {architecture.Text} may install in {own}usr/lib/debug/ "
            + "and usr/lib/modules/ only";
    }

    private static bool IsAtOrBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || path[directory.Length] == '/');
}
