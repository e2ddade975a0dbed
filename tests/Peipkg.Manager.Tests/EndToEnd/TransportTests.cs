using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>The whole way from a tag to a package over each of git's transports, with real servers.</summary>
[Trait("Speed", "slow")]
public class TransportTests
{
    [Fact]
    public async Task Over_every_transport_a_tag_becomes_a_package_that_says_where_it_is_from()
    {
        using TestFarm farm = new();
        farm.Release("1.0");
        using GitDaemon daemon = new(farm.Path);
        await using SmartHttpServer http = await SmartHttpServer.StartAsync(farm.Path, "bob", "s3cret-word");
        using SshServer ssh = new(farm["ssh"]);
        (string Name, string Url)[] upstreams =
        [
            ("by-file", "file://" + farm.Upstream.Path),
            ("by-git", daemon.Url("upstream")),
            ("by-http", http.Url("upstream")),
            ("by-ssh", ssh.Url(farm.Upstream.Path)),
        ];
        foreach ((string name, string url) in upstreams)
        {
            farm.AddRecipe(
                name,
                "made-" + name,
                git: url.Replace("http://", "http://bob:s3cret-word@", StringComparison.Ordinal),
                doc: false
            );
        }

        using ManagerProcess manager = new(
            farm,
            ["--config", farm["config.toml"], "--once", "--strict", "--log-level", "debug"],
            new() { ["GIT_SSH_COMMAND"] = ssh.Command }
        );
        Assert.True(manager.WaitForExit() == 0, manager.Log);
        Assert.Equal(upstreams.Select(u => $"made-{u.Name} 1.0-1"), farm.Published());
        Assert.DoesNotContain("s3cret-word", manager.Log, StringComparison.Ordinal);
        farm.Verify();
        foreach ((string name, string url) in upstreams)
        {
            string package = farm[$"state/repo/p/made-{name}/1.0-1/made-{name}_1.0-1_noarch.peipkg"];
            Assert.Contains(
                $"git+{url}#refs/tags/v1.0",
                TestFarm.RunTool(Tools.Build, "inspect", package),
                StringComparison.Ordinal
            );
        }
    }
}
