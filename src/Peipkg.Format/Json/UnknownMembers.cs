using System.Text;
using System.Text.Json;

namespace Peipkg.Format.Json;

/// <summary>The members of one object that this library does not know, carried along in the order of their source.</summary>
/// <remarks>Equal where they have equal members in whatever order.</remarks>
public sealed class UnknownMembers : IEquatable<UnknownMembers>
{
    private readonly byte[] _members;

    private UnknownMembers(byte[] members) => _members = members;

    /// <summary>An object of the members, compact.</summary>
    public string Json => "{" + Encoding.UTF8.GetString(_members) + "}";

    /// <summary>The same members and one more: the one whose name the reader has just read.</summary>
    internal static UnknownMembers Read(
        UnknownMembers? before,
        ref StrictJsonReader reader,
        out ReadOnlySpan<byte> value
    )
    {
        byte[] member = JsonText.Compact(reader.ReadRawMember(out value));
        return new UnknownMembers(before is null ? member : [.. before._members, (byte)',', .. member]);
    }

    /// <summary>Writes the members into the open object.</summary>
    internal void Write(CanonicalJsonWriter writer) => writer.Members(_members);

    /// <inheritdoc/>
    public bool Equals(UnknownMembers? other)
    {
        if (other is null || _members.AsSpan().SequenceEqual(other._members))
        {
            return other is not null;
        }

        var options = new JsonDocumentOptions { MaxDepth = Limits.JsonDepth };
        using JsonDocument mine = JsonDocument.Parse(Json, options);
        using JsonDocument its = JsonDocument.Parse(other.Json, options);
        return JsonElement.DeepEquals(mine.RootElement, its.RootElement);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnknownMembers);

    // The order of members must not count.
    /// <inheritdoc/>
    public override int GetHashCode() => _members.Length;
}
