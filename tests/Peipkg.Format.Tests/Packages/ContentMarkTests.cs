using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

public sealed class ContentMarkTests
{
    [Fact]
    public void The_same_pieces_have_the_same_mark() => Assert.True(Mark([1, 2, 3], [4]).Equals(Mark([1, 2, 3], [4])));

    [Fact]
    public void Any_other_bit_length_or_order_of_pieces_has_another_mark()
    {
        var random = new Random(5);
        for (int length = 0; length < 100; length++)
        {
            byte[] piece = new byte[length];
            random.NextBytes(piece);
            ContentMark mark = Mark(piece);
            Assert.False(mark.Equals(Mark([.. piece, 0])));
            Assert.False(mark.Equals(Mark(piece, [])));
            Assert.False(Mark(piece, [1]).Equals(Mark([1], piece)) && length != 1);
            for (int bit = 0; bit < length * 8; bit++)
            {
                byte[] other = [.. piece];
                other[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(mark.Equals(Mark(other)), $"bit {bit} of {length} bytes");
            }
        }
    }

    private static ContentMark Mark(params byte[][] pieces)
    {
        ContentMark mark = default;
        foreach (byte[] piece in pieces)
        {
            mark.Append(piece);
        }

        return mark;
    }
}
