using System.Buffers;

namespace Peipkg.Format;

/// <summary>Compares bytes with what is read piece by piece, and reads no further than they differ.</summary>
public static class SameBytes
{
    private const int PieceSize = 64 << 10;

    /// <summary>Reads the next bytes.</summary>
    /// <param name="piece">Receives them.</param>
    /// <returns>How many; 0 at the end.</returns>
    public delegate int PieceReader(Span<byte> piece);

    /// <summary>Whether these bytes are read, and nothing else.</summary>
    /// <param name="read">Called until its end, or until a difference.</param>
    /// <param name="expected">The bytes.</param>
    public static bool Are(PieceReader read, ReadOnlySpan<byte> expected)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            int compared = 0;
            for (int count; (count = read(piece)) > 0; compared += count)
            {
                if (
                    count > expected.Length - compared
                    || !expected.Slice(compared, count).SequenceEqual(piece.AsSpan(0, count))
                )
                {
                    return false;
                }
            }

            return compared == expected.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
