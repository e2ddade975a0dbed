using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;

namespace Peipkg.Format.Manifests;

/// <summary>What a package says of itself: the content of <c>.peipkg/manifest.json</c> (PSD-009 §3.3).</summary>
/// <remarks>
/// The types vouch for each value on its own; order, uniqueness and limits are checked by
/// <see cref="ManifestDocument"/> when it reads or writes. Lists are compared by reference, as records do.
/// </remarks>
public sealed record Manifest : IPackageDescription
{
    /// <summary>The package's name.</summary>
    public required PackageName Name { get; init; }

    /// <summary>The package's version.</summary>
    public required PackageVersion Version { get; init; }

    /// <summary>What the package was built for.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>One line for people, printable ASCII, perhaps empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The licence, usually an SPDX expression, perhaps empty; not interpreted.</summary>
    public string License { get; init; } = "";

    /// <summary>What kind of licence that is (PSPU 5.18).</summary>
    public LicenseClass LicenseClass { get; init; }

    /// <summary>The upstream project's http or https URL, or empty.</summary>
    public string Homepage { get; init; } = "";

    /// <summary>The root into which the package is installed unless the user names one; null for the system's (PSPU 5.19).</summary>
    public RootName? DefaultRoot { get; init; }

    /// <summary>Whether the package asks to install outside the layout (PSPU 5.14).</summary>
    public bool SpecialSystemPackage { get; init; }

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

    /// <summary>Operations to run after installing, in the order declared, none twice.</summary>
    public IReadOnlyList<SideEffect> SideEffects { get; init; } = [];

    /// <summary>Bytes of all regular files together.</summary>
    public long SizeInstalled { get; init; }

    /// <summary>Entries created with a security descriptor of their own, sorted by path.</summary>
    public IReadOnlyList<SdOverride> SdOverrides { get; init; } = [];

    /// <summary>When, where and from what the package was built.</summary>
    public required BuildInfo Build { get; init; }

    /// <summary>
    /// Members that were read and passed over because the edition does not have them, of those that change what is installed
    /// in another edition.
    /// </summary>
    public ManifestMembers PassedOver { get; init; }

    /// <summary>What the payload is held against.</summary>
    public LayoutDeclarations Declarations =>
        new()
        {
            Architecture = Architecture,
            SideEffects = SideEffects,
            DescribedPaths = [.. SdOverrides.Select(item => item.Path)],
            SpecialSystemPackage = SpecialSystemPackage,
            Claims =
            [
                .. Dependencies.SelectMany(item => Declared("dependency", item.Name, item.Claims)),
                .. OptionalDependencies.SelectMany(item => Declared("optional dependency", item.Name, item.Claims)),
                .. Provides.SelectMany(item => Declared("provided name", item.Name, item.Claims)),
            ],
        };

    private static IEnumerable<DeclaredClaim> Declared(string what, VirtualName name, Claims claims) =>
        claims.Slots.Select(slot => new DeclaredClaim(
            $"slot {slot.Slot} of the {what} {name}",
            slot.Path,
            slot.Target
        ));
}

/// <summary>The security descriptor of one payload entry (PSD-009 §3.3.5).</summary>
/// <param name="Path">The path of a file or directory of the payload, without a trailing slash.</param>
/// <param name="Descriptor">A self-relative security descriptor of at most 64 KiB.</param>
public sealed record SdOverride(string Path, ReadOnlyMemory<byte> Descriptor);

/// <summary>Where a package comes from (PSD-009 §3.3.4).</summary>
/// <param name="Timestamp">When it was built; also the time of every archive entry.</param>
/// <param name="FarmId">Who built it; any text.</param>
/// <param name="SourceRef">What it was built from; any text, usually <c>git+URL#refs/tags/TAG</c>.</param>
public sealed record BuildInfo(Timestamp Timestamp, string FarmId, string SourceRef)
{
    /// <summary>The name of the source package; a producer writes a package name (PSPU 5.18).</summary>
    public string? SourcePackage { get; init; }

    /// <summary>The recipe that it was built with; a producer writes a line of text.</summary>
    public string? RecipeRef { get; init; }

    /// <summary>The program that built it; a producer writes a line of text.</summary>
    public string? Builder { get; init; }
}
