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

    /// <summary>The upstream project's http or https URL, or empty.</summary>
    public string Homepage { get; init; } = "";

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
}

/// <summary>The security descriptor of one payload entry (PSD-009 §3.3.5).</summary>
/// <param name="Path">The path of a file or directory of the payload, without a trailing slash.</param>
/// <param name="Descriptor">A self-relative security descriptor of at most 64 KiB.</param>
public sealed record SdOverride(string Path, ReadOnlyMemory<byte> Descriptor);

/// <summary>Where a package comes from (PSD-009 §3.3.4).</summary>
/// <param name="Timestamp">When it was built; also the time of every archive entry.</param>
/// <param name="FarmId">Who built it; any text.</param>
/// <param name="SourceRef">What it was built from; any text, usually <c>git+URL#refs/tags/TAG</c>.</param>
public sealed record BuildInfo(Timestamp Timestamp, string FarmId, string SourceRef);
