using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Manifests;

/// <summary>What few relations have: a root, claims, and members that this library does not know.</summary>
public sealed record RelationExtras
{
    private RelationExtras(RootName? root, Claims claims, UnknownMembers? unknown)
    {
        Root = root;
        Claims = claims;
        Unknown = unknown;
    }

    /// <summary>The root in which the relation holds; the package's own when null.</summary>
    public RootName? Root { get; }

    /// <summary>The claims.</summary>
    public Claims Claims { get; }

    /// <summary>Members that this library does not know; null where there are none.</summary>
    public UnknownMembers? Unknown { get; }

    /// <summary>The extras of a relation, or null when there are none.</summary>
    /// <param name="root">The root, or null.</param>
    /// <param name="claims">The claims; null for none.</param>
    /// <param name="unknown">Members that this library does not know, or null.</param>
    public static RelationExtras? Of(RootName? root = null, Claims? claims = null, UnknownMembers? unknown = null) =>
        root is null && claims is not { Slots.Count: > 0 } && unknown is null
            ? null
            : new RelationExtras(root, claims ?? Claims.None, unknown);
}
