namespace Peipkg.Format.Archive;

/// <summary>One field of a ustar header: its name for messages and where it lies in the block.</summary>
internal readonly record struct TarField(string Name, int Offset, int Length)
{
    /// <summary>The field's bytes in a header block.</summary>
    internal Span<byte> In(Span<byte> block) => block.Slice(Offset, Length);

    /// <inheritdoc cref="In(Span{byte})"/>
    internal ReadOnlySpan<byte> In(ReadOnlySpan<byte> block) => block.Slice(Offset, Length);
}
