using System.Text;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

public sealed class GitAddressTests
{
    public static TheoryData<string, string, string, string?> Accepted => GitAddressCases.Accepted;

    public static TheoryData<string, string> Refused => GitAddressCases.Refused;

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Ordinary_addresses_are_taken_and_shown_without_credentials(
        string text,
        string shown,
        string key,
        string? credentials
    )
    {
        Assert.True(GitAddress.TryParse(text, out GitAddress address, out string? error), error);
        Assert.Equal((shown, key), (address.Text, address.RepositoryKey));
        Assert.Equal(shown, address.ToString());
        Assert.Equal(credentials is null ? "" : "…", $"{address.Credentials}");
        Assert.Equal(
            credentials is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)),
            address.Credentials?.Basic
        );
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Everything_else_is_refused_without_repeating_a_secret(string text, string sentence)
    {
        Assert.False(GitAddress.TryParse(text, out _, out string? error));
        Assert.Equal(sentence, error);
    }

    [Theory]
    [InlineData("https://Host:8443/x", GitTransport.Https, "host", 8443, "host:8443")]
    [InlineData("http://bob:pw@host/x", GitTransport.Http, "host", null, "host")]
    [InlineData("ssh://git@[::1]:22/x", GitTransport.Ssh, "[::1]", 22, "[::1]:22")]
    [InlineData("git@host:x", GitTransport.Ssh, "host", null, "host")]
    [InlineData("git://host/x", GitTransport.Git, "host", null, "host")]
    [InlineData("/srv/x", GitTransport.File, "", null, "")]
    public void Transport_host_and_port_are_told(
        string text,
        GitTransport transport,
        string host,
        int? port,
        string authority
    )
    {
        Assert.True(GitAddress.TryParse(text, out GitAddress address, out string? error), error);
        Assert.Equal(
            (transport, host, port, authority),
            (address.Transport, address.Host, address.Port, address.Authority)
        );
        Assert.Equal(transport == GitTransport.File ? "/srv/x" : null, address.LocalPath);
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
        Assert.True(GitAddress.TryParse(parent, out GitAddress url, out _));
        Assert.True(url.TryResolve(reference, out GitAddress resolved, out string? error), error);
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
        Assert.True(GitAddress.TryParse(parent, out GitAddress url, out _));
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
        Assert.True(GitAddress.TryParse("https://bob:pw@host/a/b", out GitAddress url, out _));
        Assert.True(url.TryResolve(reference, out GitAddress resolved, out _));
        Assert.Equal(hold ? url.Credentials : null, resolved.Credentials);
    }
}
