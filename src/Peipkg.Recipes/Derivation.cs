using System.Collections.Frozen;

namespace Peipkg.Recipes;

/// <summary>
/// What a stanza lets <c>build</c> derive from the files of its package: names that the package provides, and names that it
/// needs (PSPU 5.22). The default instance derives nothing.
/// </summary>
public sealed record Derivation
{
    /// <summary>The parts, as a recipe names them.</summary>
    public const string SonamePart = "soname";

    /// <inheritdoc cref="SonamePart"/>
    public const string VersionNodePart = "elfver";

    /// <inheritdoc cref="SonamePart"/>
    public const string PkgConfigPart = "pkgconfig";

    /// <summary>Nothing.</summary>
    public static Derivation None { get; } = new();

    /// <summary>Every part, with the choices that hold unless a recipe says otherwise.</summary>
    public static Derivation Full { get; } =
        new()
        {
            Sonames = true,
            VersionNodes = true,
            PkgConfig = true,
        };

    /// <summary>The names of all parts.</summary>
    public static IReadOnlyList<string> Parts { get; } = [SonamePart, VersionNodePart, PkgConfigPart];

    /// <summary>Shared libraries, by their sonames.</summary>
    public bool Sonames { get; init; }

    /// <summary>The symbol versions of the libraries of <see cref="NodeSonames"/>, as <c>elfver(SONAME:TOKEN)</c>.</summary>
    public bool VersionNodes { get; init; }

    /// <summary>Modules of pkg-config, as <c>pkgconfig(NAME)</c>.</summary>
    public bool PkgConfig { get; init; }

    /// <summary>Whether anything is derived.</summary>
    public bool IsAny => Sonames || VersionNodes || PkgConfig;

    /// <summary>The sonames whose symbol versions count. Peios chose the one of C++.</summary>
    public IReadOnlySet<string> NodeSonames { get; init; } = FrozenSet.Create(StringComparer.Ordinal, "libstdc++.so.6");

    /// <summary>Whether a soname can stand in <c>elfver(SONAME:TOKEN)</c>, where it must be told from the rest of the name.</summary>
    public static bool CanHaveNodes(string soname) => soname.AsSpan().IndexOfAny("():/") < 0;

    /// <summary>
    /// Sonames whose symbol versions are numbered as their package's versions are, each with what its tokens begin with: a
    /// need gets the highest as its least version, and a provided name gets the package's version.
    /// </summary>
    public IReadOnlyDictionary<string, string> SymbolPolicy { get; init; } = FrozenDictionary<string, string>.Empty;
}
