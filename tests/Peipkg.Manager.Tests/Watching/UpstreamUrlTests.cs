using System.Text;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Tests.Watching;

public class UpstreamUrlTests
{
    [Theory]
    [InlineData("https://github.com/madler/zlib", "https://github.com/madler/zlib", "github.com/madler/zlib")]
    [InlineData("https://GitHub.com:443/Madler/zlib.git", "https://github.com:443/Madler/zlib.git", "github.com/madler/zlib")]
    [InlineData("ssh://git@github.com:22/madler/zlib.git", "ssh://git@github.com:22/madler/zlib.git", "github.com/madler/zlib")]
    [InlineData("git@github.com:madler/zlib.git", "git@github.com:madler/zlib.git", "github.com/madler/zlib")]
    [InlineData("git://host.example/z", "git://host.example/z", "host.example/z")]
    [InlineData("http://[::1]:8000/z.git/", "http://[::1]:8000/z.git/", "[::1]:8000/z")]
    [InlineData("/srv/git/a b.git", "file:///srv/git/a%20b.git", "/srv/git/a b")]
    [InlineData("file:///srv/git/z", "file:///srv/git/z", "/srv/git/z")]
    public void Ordinary_addresses_are_taken(string text, string shown, string key)
    {
        Assert.True(UpstreamUrl.TryParse(text, out UpstreamUrl? url, out string? error), error);
        Assert.Equal((shown, key), (url.Text, url.RepositoryKey));
        Assert.Null(url.Authorization);
    }

    [Theory]
    [InlineData("https://bob:s3cr%40t@host/z", "bob:s3cr@t")]
    [InlineData("https://ghp_token@host/z", "ghp_token:")]
    [InlineData("http://bob:p:q@host/z", "bob:p:q")]
    public void Credentials_leave_the_url_for_a_header(string text, string credentials)
    {
        Assert.True(UpstreamUrl.TryParse(text, out UpstreamUrl? url, out _));
        Assert.EndsWith("://host/z", url.Text, StringComparison.Ordinal);
        Assert.EndsWith("://host/", url.Origin, StringComparison.Ordinal);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)), url.Authorization);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-oProxyCommand=x")]
    [InlineData("ext::sh -c id")]
    [InlineData("ext://sh")]
    [InlineData("fd::17")]
    [InlineData("user@ext::sh -c id")]
    [InlineData("user@-oProxyCommand=x:path")]
    [InlineData("-user@host:path")]
    [InlineData("user@host:-path")]
    [InlineData("ssh://-oProxyCommand=x/path")]
    [InlineData("ssh://-x@host/path")]
    [InlineData("ssh://bob:secret@host/path")]
    [InlineData("git://bob@host/path")]
    [InlineData("ftp://host/path")]
    [InlineData("https:///path")]
    [InlineData("https://host")]
    [InlineData("https://host/p?token=1")]
    [InlineData("https://host/p#frag")]
    [InlineData("https://host/p q")]
    [InlineData("https://host/p\nq")]
    [InlineData("file://host/path")]
    [InlineData("relative/path")]
    [InlineData("host:path")]
    [InlineData("https://ho:st:80/p")]
    public void Everything_else_is_refused_without_repeating_a_secret(string text)
    {
        Assert.False(UpstreamUrl.TryParse(text, out _, out string? error));
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }
}
