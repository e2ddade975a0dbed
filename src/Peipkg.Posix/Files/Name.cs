using System.Buffers;

namespace Peipkg.Posix.Files;

/// <summary>A name or path with the zero behind it that the C library wants: on the stack as far as names go, else in a rented array.</summary>
internal readonly ref struct Name
{
    /// <summary>Bytes that suffice for every name of one entry.</summary>
    internal const int Inline = PosixLimits.NameBytes + 1;

    private readonly byte[]? _rented;

    /// <param name="name">The bytes; a zero among them would end the name early, so none may hold one.</param>
    /// <param name="buffer">Room for <see cref="Inline"/> bytes.</param>
    /// <exception cref="ArgumentException">The name holds a zero.</exception>
    internal Name(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        if (name.Contains((byte)0))
        {
            throw new ArgumentException("A file name holds a zero byte.", nameof(name));
        }

        if (name.Length >= buffer.Length)
        {
            _rented = ArrayPool<byte>.Shared.Rent(name.Length + 1);
            buffer = _rented;
        }

        name.CopyTo(buffer);
        buffer[name.Length] = 0;
        Bytes = buffer[..(name.Length + 1)];
    }

    /// <summary>The bytes with the zero.</summary>
    internal ReadOnlySpan<byte> Bytes { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
