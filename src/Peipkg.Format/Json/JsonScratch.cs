namespace Peipkg.Format.Json;

/// <summary>What a <see cref="StrictJsonReader"/> keeps on the heap, to be used for one document after the other.</summary>
internal sealed class JsonScratch
{
    internal MemberNames Names { get; } = new();

    internal JsonPlace Place { get; } = new();
}
