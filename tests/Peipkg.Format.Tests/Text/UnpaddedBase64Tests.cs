using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Text;

public sealed class UnpaddedBase64Tests
{
    [Fact]
    public void Any_bytes_come_back_and_the_length_is_foretold()
    {
        var random = new Random(10);
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var text = UnpaddedBase64.Encode(bytes);
            Assert.Equal(UnpaddedBase64.LengthOf(length), text.Length);
            Assert.True(UnpaddedBase64.TryDecode(text.AsUtf8(), out var back));
            Assert.Equal(bytes, back);
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AA==")]
    [InlineData("AA=")]
    [InlineData("AAA=")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("A A")]
    [InlineData("AA\n")]
    [InlineData("A-_A")]
    [InlineData("AAA\u00e9")]
    public void Another_spelling_is_refused(string text) =>
        Assert.False(UnpaddedBase64.TryDecode(text.AsUtf8(), out _));
}
