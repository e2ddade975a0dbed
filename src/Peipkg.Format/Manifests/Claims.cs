using Peipkg.Format.Identity;
using Peipkg.Format.Json;

namespace Peipkg.Format.Manifests;

/// <summary>One slot of a claim (PSPU 5.23).</summary>
/// <param name="Slot">The slot's name, of the grammar of package names.</param>
/// <param name="Path">The absolute path that is claimed; required of a consumer.</param>
/// <param name="Target">The absolute path of the provider's own entry; required of a provider, forbidden to a consumer.</param>
public sealed record ClaimSlot(PackageName Slot, string? Path = null, string? Target = null)
{
    /// <summary>Members that this library does not know; null where there are none.</summary>
    public UnknownMembers? Unknown { get; init; }
}

/// <summary>The claims of one dependency or provided name: slots with distinct names, sorted by them.</summary>
/// <remarks>Equal where the slots are equal.</remarks>
public sealed class Claims : IEquatable<Claims>
{
    private readonly ClaimSlot[] _slots;

    /// <summary>Sorts the slots.</summary>
    /// <param name="slots">In any order.</param>
    public Claims(IEnumerable<ClaimSlot> slots) => _slots = [.. slots.OrderBy(slot => slot.Slot)];

    /// <summary>No claims.</summary>
    public static Claims None { get; } = new([]);

    /// <summary>The slots, sorted by the bytes of their names.</summary>
    public IReadOnlyList<ClaimSlot> Slots => _slots;

    /// <inheritdoc/>
    public bool Equals(Claims? other) => other is not null && _slots.AsSpan().SequenceEqual(other._slots);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Claims);

    /// <inheritdoc/>
    public override int GetHashCode() => _slots.Length == 0 ? 0 : _slots[0].GetHashCode();
}
