using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Manifests;

/// <summary>What every kind of relation has, for the rules they share.</summary>
internal interface IRelation
{
    /// <summary>The field that narrows the relation down.</summary>
    static abstract string QualifierField { get; }

    /// <summary>The rule that an empty narrowing field breaks.</summary>
    static abstract string QualifierRule { get; }

    /// <summary>Whether the package fills the slots of claims, or asks for them; null where there are none.</summary>
    static abstract bool? FillsClaims { get; }

    /// <summary>The name by which the list is sorted.</summary>
    string NameText { get; }

    /// <summary>The text of the narrowing field, or <see langword="null"/> without one.</summary>
    string? QualifierText { get; }

    /// <summary>What few relations have.</summary>
    RelationExtras? Extras { get; }
}

/// <summary>A package that must be there, or had better be (PSD-009 §4.1.1).</summary>
/// <param name="Name">The package or virtual name.</param>
/// <param name="Constraint">Which versions will do; all when <see langword="null"/>.</param>
/// <param name="ArchAny">Whether <c>"arch": "any"</c> was written out; its absence means the same.</param>
public readonly record struct Dependency(VirtualName Name, VersionConstraint? Constraint = null, bool ArchAny = false)
    : IRelation
{
    static string IRelation.QualifierField => "constraint";

    static string IRelation.QualifierRule => ManifestRule.Constraint;

    static bool? IRelation.FillsClaims => false;

    /// <summary>Root, claims and unknown members; null where there are none.</summary>
    public RelationExtras? Extras { get; init; }

    /// <summary>The root in which it must be installed; the depending package's own when null.</summary>
    public RootName? Root => Extras?.Root;

    /// <summary>The slots of the provider that the package asks for.</summary>
    public Claims Claims => Extras?.Claims ?? Claims.None;

    string IRelation.NameText => Name.Text;

    string? IRelation.QualifierText => Constraint?.Text;

    /// <summary>Reads what people write: a name, and perhaps a constraint after it, as in <c>zlib-dev >= 1.3</c>.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The dependency, or the default instance.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out Dependency value, [NotNullWhen(false)] out string? error)
    {
        string given = (text ?? "").Trim(' ', '\t');
        int end = given.IndexOfAny([' ', '\t', '<', '>', '=', '!']);
        VersionConstraint constraint = default;
        bool good =
            VirtualName.TryParse(end < 0 ? given : given[..end], out VirtualName name, out error)
            && (end < 0 || VersionConstraint.TryParse(given[end..].TrimStart(' ', '\t'), out constraint, out error));
        value = good ? new Dependency(name, end < 0 ? null : constraint) : default;
        return error is null;
    }

    /// <summary>The name and the constraint, as <see cref="TryParse"/> reads them.</summary>
    public override string ToString() => Constraint is { } constraint ? $"{Name} {constraint}" : Name.Text;
}

/// <summary>A package that must not be there (PSD-009 §4.1.2).</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Constraint">Which versions; all when <see langword="null"/>.</param>
/// <param name="ArchAny">Whether <c>"arch": "any"</c> was written out; its absence means the same.</param>
public readonly record struct Conflict(PackageName Name, VersionConstraint? Constraint = null, bool ArchAny = false)
    : IRelation
{
    static string IRelation.QualifierField => "constraint";

    static string IRelation.QualifierRule => ManifestRule.Constraint;

    static bool? IRelation.FillsClaims => null;

    /// <summary>Unknown members; null where there are none.</summary>
    public RelationExtras? Extras { get; init; }

    string IRelation.NameText => Name.Text;

    string? IRelation.QualifierText => Constraint?.Text;
}

/// <summary>A name that the package answers to besides its own (PSD-009 §4.1.4).</summary>
/// <param name="Name">The provided name.</param>
/// <param name="Version">The version provided, as written; any when <see langword="null"/>.</param>
public readonly record struct Provide(VirtualName Name, VersionOperand? Version = null) : IRelation
{
    static string IRelation.QualifierField => "version";

    static string IRelation.QualifierRule => ManifestRule.ProvidedVersion;

    static bool? IRelation.FillsClaims => true;

    /// <summary>Claims and unknown members; null where there are none.</summary>
    public RelationExtras? Extras { get; init; }

    /// <summary>The slots that the package fills.</summary>
    public Claims Claims => Extras?.Claims ?? Claims.None;

    string IRelation.NameText => Name.Text;

    string? IRelation.QualifierText => Version?.Text;
}

/// <summary>A package that this one supersedes (PSD-009 §4.1.5).</summary>
/// <param name="Name">The superseded package.</param>
/// <param name="Constraint">Which versions; all when <see langword="null"/>.</param>
public readonly record struct Replacement(PackageName Name, VersionConstraint? Constraint = null) : IRelation
{
    static string IRelation.QualifierField => "constraint";

    static string IRelation.QualifierRule => ManifestRule.Constraint;

    static bool? IRelation.FillsClaims => null;

    /// <summary>Unknown members; null where there are none.</summary>
    public RelationExtras? Extras { get; init; }

    string IRelation.NameText => Name.Text;

    string? IRelation.QualifierText => Constraint?.Text;
}
