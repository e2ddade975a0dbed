using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

public sealed class OpenPgpArmorTests
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";

    [Theory]
    [InlineData($"{Begin}\n\nAQID\n=abcd\n{End}\n", new byte[] { 1, 2, 3 })]
    [InlineData($"of whom\r\n{Begin}\r\nComment: x\r\n\r\nAQ\r\nID\r\n{End}\r\n", new byte[] { 1, 2, 3 })]
    [InlineData($"{Begin}\n\nAQ==\n{End}\n{Begin}\n\nAg==\n{End}", new byte[] { 1, 2 })]
    [InlineData($"{Begin}\n\nAQ*D\n{End}\n", null)]
    [InlineData($"{Begin}\n\n{End}\n", null)]
    [InlineData($"{Begin}\n\nAQID\n", null)]
    [InlineData($"{Begin}\n\nAQID\n{End}\n{Begin}\n\nAQID", null)]
    [InlineData($"see {Begin}\n\nAQID\n{End}\n", null)]
    public void Blocks_are_taken_whole_or_not_at_all(string text, byte[]? expected)
    {
        Assert.True(OpenPgpArmor.IsIn(text));
        Assert.Equal(expected, OpenPgpArmor.Decode(text));
    }

    [Fact]
    public void What_is_no_key_is_none() => Assert.False(OpenPgpArmor.IsIn("-----BEGIN PGP MESSAGE-----\n"));
}
