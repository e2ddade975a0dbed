using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Text;

public sealed class HttpUrlTests
{
    [Theory]
    [InlineData("https://nginx.org")]
    [InlineData("http://example.org/")]
    [InlineData("HTTPS://Example.ORG:8443/a/b;c=1,2/%7Efoo?x=1&y=%20#frag?/")]
    [InlineData("https://user:pw@example.org/")]
    [InlineData("https://[2001:db8::1]:443/x")]
    [InlineData("https://example.org?x")]
    [InlineData("https://example.org#x")]
    [InlineData("https://xn--bcher-kva.example/(a)*!'$")]
    public void An_absolute_url_is_accepted_as_homepage_and_as_reference(string url)
    {
        Assert.True(HttpUrl.TryValidateAbsolute(url, out var error), error);
        Assert.True(HttpUrl.TryValidateReference(url, out error), error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nginx.org")]
    [InlineData("ftp://example.org/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https:/example.org")]
    [InlineData("https://")]
    [InlineData("https:///path")]
    [InlineData("https://user@/path")]
    [InlineData("https://:80/")]
    [InlineData("https://example.org:8x/")]
    [InlineData("https://exa mple.org/")]
    [InlineData("https://example.org/a b")]
    [InlineData("https://example.org/\u00e9")]
    [InlineData("https://ex\u00e4mple.org/")]
    [InlineData("https://example.org/\u001b")]
    [InlineData("https://example.org/%2")]
    [InlineData("https://example.org/%zz")]
    [InlineData("https://example.org/a\\b")]
    [InlineData("https://example.org/<x>")]
    [InlineData("https://example.org/a#b#c")]
    [InlineData("https://[::1/")]
    [InlineData("https://[]/")]
    [InlineData("https://[::g]/")]
    [InlineData(" https://example.org/")]
    public void Anything_else_is_no_homepage(string url) => Assert.False(HttpUrl.TryValidateAbsolute(url, out _));

    [Theory]
    [InlineData("/p/a/2:1.0~rc+1-1/a_2:1.0~rc+1-1_x86_64.peipkg", true)]
    [InlineData("p/a/2:1.0-1/a.peipkg", true)]
    [InlineData("../x?y#z", true)]
    [InlineData("a_2:1.0-1_x86_64.peipkg", false)]
    [InlineData("//host/path", false)]
    [InlineData("/a b", false)]
    [InlineData("/%x", false)]
    [InlineData("", false)]
    [InlineData("mailto:x@y", false)]
    public void A_reference_may_be_relative(string url, bool expected) =>
        Assert.Equal(expected, HttpUrl.TryValidateReference(url, out _));
}
