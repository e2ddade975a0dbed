using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Manifests;

/// <summary>One slot of a claim (PSPU 5.23).</summary>
/// <param name="Slot">The slot's name, of the grammar of package names.</param>
/// <param name="Path">The absolute path that is claimed; required of a consumer.</param>
/// <param name="Target">The absolute path of the provider's own entry; required of a provider, forbidden to a consumer.</param>
public sealed record ClaimSlot(PackageName Slot, string? Path = null, string? Target = null)
{
    /// <summary>Members that this library does not know; null where there are none.</summary>
    public UnknownMembers? Unknown { get; init; }

    /// <summary>Says in a sentence what is wrong with the slot by itself, or returns null.</summary>
    /// <param name="fills">Whether the package fills it, as a provider does, or asks for it.</param>
    /// <param name="edition">The edition whose places hold.</param>
    public string? Fault(bool fills, Edition edition)
    {
        if (fills && Target is null)
        {
            return "it has no target, the package's entry that fills it";
        }

        if (!fills && Target is not null)
        {
            return "it has a target, which only the provider may give";
        }

        if (!fills && Path is null)
        {
            return "it has no path, which whoever asks for it must give";
        }

        string? fault = Path is null ? null : ClaimPlace.PathFault(Path, edition.Layout);
        if (fault is not null)
        {
            return $"its path {DisplayText.Quote(Path)} cannot be claimed: {fault}";
        }

        fault = Target is null ? null : ClaimPlace.TargetFault(Target, edition.Layout);
        return fault is null ? null : $"its target {DisplayText.Quote(Target)} cannot be one: {fault}";
    }
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
