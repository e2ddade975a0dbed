using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Repositories;

/// <summary>Which packages an index lists (PSD-009 §6.2, §6.3).</summary>
public enum IndexKind
{
    /// <summary>The highest version of each name.</summary>
    Active,

    /// <summary>Every version ever published.</summary>
    Archive,
}

/// <summary>The content of <c>index/active.json</c> or <c>index/archive.json</c>.</summary>
/// <param name="Repo">The repository's name.</param>
/// <param name="Kind">Which packages it lists.</param>
/// <param name="IndexVersion">Grows with every publication; at least 1.</param>
/// <param name="GeneratedAt">When it was published.</param>
/// <param name="Packages">The packages in the order of the kind (<see cref="IndexOrder"/>).</param>
public sealed record RepositoryIndex(
    string Repo,
    IndexKind Kind,
    ulong IndexVersion,
    Timestamp GeneratedAt,
    IReadOnlyList<IndexEntry> Packages
);

/// <summary>One package as an index lists it (PSD-009 §6.2.4); every value is the package's own.</summary>
public sealed record IndexEntry : IPackageDescription
{
    /// <summary>The package's name.</summary>
    public required PackageName Name { get; init; }

    /// <summary>The package's version.</summary>
    public required PackageVersion Version { get; init; }

    /// <summary>What the package was built for.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>One line for people, printable ASCII, perhaps empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The licence, perhaps empty.</summary>
    public string License { get; init; } = "";

    /// <summary>What kind of licence that is (PSPU 5.18).</summary>
    public LicenseClass LicenseClass { get; init; }

    /// <summary>The upstream project's URL, or empty.</summary>
    public string Homepage { get; init; } = "";

    /// <summary>The root into which the package is installed unless the user names one; null for the system's.</summary>
    public RootName? DefaultRoot { get; init; }

    /// <summary>How the package is upgraded if not by an installer alone; null for the ordinary way.</summary>
    public AlternateUpgrade? AlternateUpgrade { get; init; }

    /// <summary>What must be installed, sorted by name.</summary>
    public IReadOnlyList<Dependency> Dependencies { get; init; } = [];

    /// <summary>What makes the package better, sorted by name.</summary>
    public IReadOnlyList<Dependency> OptionalDependencies { get; init; } = [];

    /// <summary>What must not be installed, sorted by name.</summary>
    public IReadOnlyList<Conflict> Conflicts { get; init; } = [];

    /// <summary>What names the package answers to, sorted by name.</summary>
    public IReadOnlyList<Provide> Provides { get; init; } = [];

    /// <summary>What the package supersedes, sorted by name.</summary>
    public IReadOnlyList<Replacement> Replaces { get; init; } = [];

    /// <summary>Operations to run after installing, in the order declared.</summary>
    public IReadOnlyList<SideEffect> SideEffects { get; init; } = [];

    /// <summary>Bytes of the package file.</summary>
    public required long SizeCompressed { get; init; }

    /// <summary>Bytes of all regular files of the payload together.</summary>
    public required long SizeInstalled { get; init; }

    /// <summary>The SHA-256 of the package file.</summary>
    public required Sha256Digest Hash { get; init; }

    /// <summary>Where the package file is: absolute, or relative to the repository's base.</summary>
    public required string Url { get; init; }

    /// <summary>When and by whom the package was built; <see langword="null"/> only in indexes of other tools.</summary>
    public IndexBuild? Build { get; init; }

    /// <summary>That the package is no longer offered; null where it is, and always in the active index.</summary>
    public Withdrawal? Withdrawn { get; init; }

    /// <summary>The rule for producers alone that the published package breaks; null when it breaks none.</summary>
    public FormatViolationException? ProducerFault => RelationRules.ProducerFault(RelationRules.Site.Alone, this);

    /// <summary>
    /// Whether both say the same, as values: the order of members does not count, what is absent says what its default says,
    /// and what of the build one does not tell is not compared (PSPU 5.33).
    /// </summary>
    public bool SaysTheSame(IndexEntry other) =>
        WithoutLists() == other.WithoutLists()
        && (Build is null || other.Build is null || Build == other.Build)
        && SameDependencies(Dependencies, other.Dependencies)
        && SameDependencies(OptionalDependencies, other.OptionalDependencies)
        && Conflicts
            .Select(item => item with { ArchAny = false })
            .SequenceEqual(other.Conflicts.Select(item => item with { ArchAny = false }))
        && Provides.SequenceEqual(other.Provides)
        && Replaces.SequenceEqual(other.Replaces)
        && SideEffects.SequenceEqual(other.SideEffects);

    private IndexEntry WithoutLists() =>
        this with
        {
            Dependencies = [],
            OptionalDependencies = [],
            Conflicts = [],
            Provides = [],
            Replaces = [],
            SideEffects = [],
            Build = null,
            Withdrawn = null,
        };

    private static bool SameDependencies(IReadOnlyList<Dependency> one, IReadOnlyList<Dependency> other) =>
        one.Select(item => item with { ArchAny = false })
            .SequenceEqual(other.Select(item => item with { ArchAny = false }));

    /// <summary>The entry of a package.</summary>
    /// <param name="manifest">The package's manifest.</param>
    /// <param name="hash">The SHA-256 of the package file.</param>
    /// <param name="sizeCompressed">Bytes of the package file.</param>
    /// <param name="url">Where the package file will be.</param>
    public static IndexEntry FromPackage(Manifest manifest, Sha256Digest hash, long sizeCompressed, string url) =>
        new()
        {
            Name = manifest.Name,
            Version = manifest.Version,
            Architecture = manifest.Architecture,
            Description = manifest.Description,
            License = manifest.License,
            LicenseClass = manifest.LicenseClass,
            Homepage = manifest.Homepage,
            DefaultRoot = manifest.DefaultRoot,
            AlternateUpgrade = manifest.AlternateUpgrade,
            Dependencies = manifest.Dependencies,
            OptionalDependencies = manifest.OptionalDependencies,
            Conflicts = manifest.Conflicts,
            Provides = manifest.Provides,
            Replaces = manifest.Replaces,
            SideEffects = manifest.SideEffects,
            SizeCompressed = sizeCompressed,
            SizeInstalled = manifest.SizeInstalled,
            Hash = hash,
            Url = url,
            Build = new IndexBuild(manifest.Build.Timestamp, manifest.Build.FarmId),
        };
}

/// <summary>What an index keeps of a package's build.</summary>
/// <param name="Timestamp">When the package was built.</param>
/// <param name="FarmId">Who built it.</param>
public sealed record IndexBuild(Timestamp Timestamp, string FarmId);
