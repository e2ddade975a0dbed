using Peipkg.Format.Identity;

namespace Peipkg.Format.Layout;

/// <summary>What a package declares about its payload, and what the payload is held against.</summary>
public sealed record LayoutDeclarations
{
    /// <summary>What the package was built for.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>The maintenance operations it asks for.</summary>
    public IReadOnlyList<SideEffect> SideEffects { get; init; } = [];

    /// <summary>The paths that it gives security descriptors.</summary>
    public IReadOnlyList<string> DescribedPaths { get; init; } = [];

    /// <summary>Whether it asks to install outside the layout.</summary>
    public bool SpecialSystemPackage { get; init; }

    /// <summary>Its claims.</summary>
    public IReadOnlyList<DeclaredClaim> Claims { get; init; } = [];
}

/// <summary>One slot of a claim.</summary>
/// <param name="Label">Names it in messages.</param>
/// <param name="Path">The absolute path claimed, or null.</param>
/// <param name="Target">The absolute path of the package's own entry that fills the slot, or null.</param>
public sealed record DeclaredClaim(string Label, string? Path, string? Target);
