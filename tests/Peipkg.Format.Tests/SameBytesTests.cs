namespace Peipkg.Format.Tests;

public sealed class SameBytesTests
{
    [Theory]
    [InlineData(0, 0, 0, true)]
    [InlineData(200_000, 200_000, -1, true)]
    [InlineData(200_000, 199_999, -1, false)]
    [InlineData(199_999, 200_000, -1, false)]
    [InlineData(200_000, 200_000, 0, false)]
    [InlineData(200_000, 200_000, 199_999, false)]
    [InlineData(1, 0, -1, false)]
    [InlineData(0, 1, -1, false)]
    public void Bytes_are_the_same_in_length_and_content(int read, int expected, int differs, bool same)
    {
        byte[] content = new byte[read];
        if (differs >= 0 && read > 0)
        {
            content[differs] = 1;
        }

        // As a pipe does, it gives less than is asked for.
        using MemoryStream stream = new(content);
        Assert.Equal(
            same,
            SameBytes.Are(piece => stream.Read(piece[..Math.Min(piece.Length, 1000)]), new byte[expected])
        );
    }
}
