using System.Text;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Upstreams;

public class UpstreamUrlTests
{
    [Theory]
    [InlineData("https://github.com/madler/zlib", "https://github.com/madler/zlib", "github.com/madler/zlib")]
    [InlineData(
        "https://GitHub.com:443/Madler/zlib.git",
        "https://github.com:443/Madler/zlib.git",
        "github.com/madler/zlib"
    )]
    [InlineData(
        "ssh://git@github.com:22/madler/zlib.git",
        "ssh://git@github.com:22/madler/zlib.git",
        "github.com/madler/zlib"
    )]
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

    [Theory]
    [InlineData("https://host/a/b.git", "../c.git", "https://host/a/c.git")]
    [InlineData("https://host/a/b.git/", "./c", "https://host/a/b.git/c")]
    [InlineData("https://host:8443/a/b", "../../x/y", "https://host:8443/x/y")]
    [InlineData("git@host:a/b.git", "../c.git", "git@host:a/c.git")]
    [InlineData("ssh://git@host/a/b", "../c/", "ssh://git@host/a/c")]
    [InlineData("/srv/git/a b", "../c d", "file:///srv/git/c%20d")]
    [InlineData("https://host/a/b", "git://other/z", "git://other/z")]
    [InlineData("/srv/git/a", "/srv/git/z", "file:///srv/git/z")]
    public void A_submodules_url_is_resolved_as_git_does(string parent, string reference, string expected)
    {
        Assert.True(UpstreamUrl.TryParse(parent, out UpstreamUrl? url, out _));
        Assert.True(url.TryResolve(reference, out UpstreamUrl? resolved, out string? error), error);
        Assert.Equal(expected, resolved.Text);
    }

    [Theory]
    [InlineData("https://host/a/b", "../../../x")]
    [InlineData("git@host:a/b", "../../../x")]
    [InlineData("git@host:a", "../-oProxyCommand=x")]
    [InlineData("https://host/a/b", "../x/../../y")]
    [InlineData("https://host/a/b", "../x?y")]
    [InlineData("https://host/a/b", "../../")]
    [InlineData("https://host/a/b", "/srv/git/z")]
    [InlineData("git@host:a/b", "file:///srv/git/z")]
    [InlineData("https://host/a/b", "c")]
    [InlineData("https://host/a/b", "")]
    public void A_submodules_url_that_leads_elsewhere_is_refused(string parent, string reference)
    {
        Assert.True(UpstreamUrl.TryParse(parent, out UpstreamUrl? url, out _));
        Assert.False(url.TryResolve(reference, out _, out string? error));
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData("../c", true)]
    [InlineData("https://host/z", true)]
    [InlineData("https://host:8443/z", false)]
    [InlineData("http://host/z", false)]
    [InlineData("https://other/z", false)]
    public void Credentials_stay_with_their_server(string reference, bool hold)
    {
        Assert.True(UpstreamUrl.TryParse("https://bob:pw@host/a/b", out UpstreamUrl? url, out _));
        Assert.True(url.TryResolve(reference, out UpstreamUrl? resolved, out _));
        Assert.Equal(hold ? url.Authorization : null, resolved.Authorization);
    }
}
