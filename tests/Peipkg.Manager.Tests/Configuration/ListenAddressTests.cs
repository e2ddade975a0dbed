using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Tests.Configuration;

public class ListenAddressTests
{
    [Theory]
    [InlineData(":8080", null, 8080)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData("0.0.0.0:80", "0.0.0.0", 80)]
    [InlineData("[::1]:8080", "::1", 8080)]
    [InlineData("localhost:0", null, 0)]
    public void Usual_forms_are_understood(string text, string? address, int port)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? value, out _));
        Assert.Equal((address, port), (value.Address?.ToString(), value.Port));
    }

    [Theory]
    [InlineData("8080")]
    [InlineData("127.0.0.1")]
    [InlineData("::1:8080")]
    [InlineData(":65536")]
    [InlineData(":-1")]
    [InlineData(":")]
    [InlineData("1:80")]
    [InlineData("example.org:80")]
    [InlineData("[127.0.0.1]:80")]
    public void Others_are_refused_with_examples(string text)
    {
        Assert.False(ListenAddress.TryParse(text, out _, out string? error));
        Assert.Contains(text, error, StringComparison.Ordinal);
    }
}
