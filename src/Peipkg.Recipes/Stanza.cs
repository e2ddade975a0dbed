using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>One <c>[[package]]</c> of a recipe: what one package says of itself and which files it claims.</summary>
public sealed record Stanza
{
    /// <summary>Where debuggers look for what was split off, by the identity of the file.</summary>
    public const string DebugPlace = "usr/lib/debug/.build-id";

    /// <summary>The package's name, unique in the recipe.</summary>
    public required PackageName Name { get; init; }

    /// <summary>One of the supported architectures.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>One line of printable ASCII, perhaps empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>What kind of licence the package is under (PSPU 5.18).</summary>
    public LicenseClass LicenseClass { get; init; }

    /// <summary>The root into which it is installed; null for the system's (PSPU 5.19).</summary>
    public RootName? DefaultRoot { get; init; }

    /// <summary>Whether the package asks to install outside the layout (PSPU 5.14).</summary>
    public bool SpecialSystemPackage { get; init; }

    /// <summary>How it is upgraded if not by an installer alone; null for the ordinary way.</summary>
    public AlternateUpgrade? AlternateUpgrade { get; init; }

    /// <summary>What must be installed, in the recipe's order, no name twice.</summary>
    public IReadOnlyList<StanzaDependency> Dependencies { get; init; } = [];

    /// <summary>What makes the package better.</summary>
    public IReadOnlyList<StanzaDependency> OptionalDependencies { get; init; } = [];

    /// <summary>What must not be installed; every name is a package name.</summary>
    public IReadOnlyList<StanzaDependency> Conflicts { get; init; } = [];

    /// <summary>What names the package answers to.</summary>
    public IReadOnlyList<Provide> Provides { get; init; } = [];

    /// <summary>What the package supersedes.</summary>
    public IReadOnlyList<Replacement> Replaces { get; init; } = [];

    /// <summary>Operations to run after installing, in the recipe's order, none twice.</summary>
    public IReadOnlyList<SideEffect> SideEffects { get; init; } = [];

    /// <summary>The patterns that claim files; none in a package that only stands for others.</summary>
    public required IReadOnlyList<FilePattern> Files { get; init; }

    /// <summary>Files of the source tree that are installed as the package's licences, and which it claims.</summary>
    public IReadOnlyList<LicenseFile> Licenses { get; init; } = [];

    /// <summary>What is derived from the package's files; null leaves it to the edition of the format.</summary>
    public Derivation? Derive { get; init; }

    /// <summary>The name of the stanza whose <c>split</c> made this one, and which yields to it; null if it is written.</summary>
    public string? SplitFrom { get; init; }

    /// <summary>Whether debug information is split off its files, and off those of its parts.</summary>
    public bool SplitsDebug { get; init; }

    /// <summary>Whether it holds the debug information that was split off those of <see cref="SplitFrom"/>.</summary>
    public bool HoldsDebug { get; init; }

    /// <summary>Whether it needs exactly this build of another stanza.</summary>
    public bool NeedsBuildOf(Stanza other) =>
        Dependencies.Any(need => need.SameBuild && need.Name.Text == other.Name.Text);

    /// <summary>Where the stanza begins.</summary>
    public TomlPosition Position { get; init; }
}

/// <summary>A dependency or conflict as a recipe states it.</summary>
/// <param name="Name">The name; a package name in conflicts.</param>
/// <param name="Constraint">Which versions; null for all, or where <paramref name="SameBuild"/> decides.</param>
/// <param name="ArchAny">Whether <c>arch = "any"</c> is written out.</param>
/// <param name="SameBuild">Whether it means exactly the version being built; then it names a sibling stanza.</param>
public sealed record StanzaDependency(VirtualName Name, VersionConstraint? Constraint, bool ArchAny, bool SameBuild)
{
    /// <summary>Root and claims; null where there are none.</summary>
    public RelationExtras? Extras { get; init; }

    /// <summary>The constraint of a build of the given version.</summary>
    public VersionConstraint? ConstraintFor(PackageVersion version) =>
        SameBuild ? VersionConstraint.Parse($"= {version.Text}") : Constraint;
}

/// <summary>A pattern of a stanza's <c>files</c>.</summary>
/// <param name="Glob">The pattern.</param>
/// <param name="Position">Where it is written.</param>
public sealed record FilePattern(Glob Glob, TomlPosition Position);
