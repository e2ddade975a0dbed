using System.Net;
using Peipkg.Manager.Git;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Git;

/// <summary>Where the credentials of an address go, with real git against real servers.</summary>
public sealed class CredentialTests : GitRig
{
    private const string User = "ann:p%40ss-word-of-A";
    private const string Password = "p@ss-word-of-A";

    private static string WithUser(string url) => url.Replace("://", $"://{User}@", StringComparison.Ordinal);

    private string Served()
    {
        Upstream.Commit(("file", "content"));
        Upstream.Tag("v1");
        return Path.GetDirectoryName(Upstream.Path)!;
    }

    [Fact]
    public async Task Credentials_reach_the_server_that_they_are_for()
    {
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(Served(), "ann", Password);
        string url = WithUser(server.Url("up%20stream/.git"));
        ListedTag tag = Assert.Single(await List(url));
        (string directory, _) = await Fetch(tag, url: url);
        Assert.True(File.Exists(Path.Combine(directory, "file")));
    }

    [Theory]
    [InlineData("127.0.0.2", true)]
    [InlineData("127.0.0.2", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    public async Task Credentials_do_not_follow_a_redirect(string host, bool asksFirst)
    {
        string root = Served();
        await using SmartHttpServer stranger = await SmartHttpServer.StartAsync(root, address: IPAddress.Parse(host));
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(
            root,
            asksFirst ? "ann" : null,
            asksFirst ? Password : null,
            elsewhere: stranger.Url("").TrimEnd('/')
        );
        string url = WithUser(server.Url("up%20stream/.git"));
        try
        {
            ListedTag tag = Assert.Single(await List(url));
            await Fetch(tag, url: url);
        }
        catch (GitException) when (asksFirst)
        {
            // After the redirect git comes back here with its question, and is redirected once more: it gives up.
        }

        Assert.NotEmpty(stranger.Authorizations);
        Assert.All(stranger.Authorizations, header => Assert.Equal("", header));
    }

    [Fact]
    public async Task A_stranger_who_asks_for_credentials_gets_none()
    {
        string root = Served();
        await using SmartHttpServer stranger = await SmartHttpServer.StartAsync(root, "eve", "wrong");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(
            root,
            elsewhere: stranger.Url("").TrimEnd('/')
        );
        await Assert.ThrowsAsync<GitException>(() => List(WithUser(server.Url("up%20stream/.git"))));
        Assert.NotEmpty(stranger.Authorizations);
        Assert.All(stranger.Authorizations, header => Assert.Equal("", header));
    }

    [Fact]
    public async Task The_operators_own_helper_does_not_write_them_down()
    {
        File.WriteAllText(Scratch[".gitconfig"], "[credential]\n\thelper = store\n");
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(Served(), "ann", Password);
        Assert.Single(await List(WithUser(server.Url("up%20stream/.git"))));
        Assert.False(File.Exists(Scratch[".git-credentials"]));
    }
}
