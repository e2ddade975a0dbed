using System.Globalization;
using System.Text.RegularExpressions;
using Peipkg.Manager.Tests.EndToEnd;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Servers that list what no repository can hold.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public class LyingServerTests
{
    [Fact]
    public void Names_that_no_ref_can_have_are_passed_over_and_the_others_are_names()
    {
        using TestFarm farm = new();
        using LyingServer server = new([
            "HEAD",
            "refs/heads/main",
            "refs/tags/v../../../x",
            "refs/tags/../../v2",
            "refs/tags/v1\n2",
            "refs/tags/v1\n" + new string('b', 40) + "\trefs/tags/v6.6",
            "refs/tags/v1\t3",
            "refs/tags/v1\r4",
            "refs/tags/v1\u001b[2J",
            "refs/tags/v\u00ff\u00fe",
            "refs/tags//v5",
            "refs/tags/v1.lock",
            "refs/tags/.v1",
            "refs/tags/v1\\x",
            "refs/tags/v1~1",
            "refs/tags/",
            "refs/tags/v1.0",
            "refs/tags/v1.0",
            "refs/tags/v3.0^{}",
        ]);
        farm.AddRecipe("hello", "greeting", git: server.Url);
        File.WriteAllText(
            farm["recipes/hello/peipkg.toml"],
            File.ReadAllText(farm["recipes/hello/peipkg.toml"])
                .Replace("^v([0-9.]+)$", "^v?((?s:.*))$", StringComparison.Ordinal)
        );
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.Matches("poll complete\" recipe=hello tags_seen=\\d+ ", log);
        Assert.Matches("msg=\"build failed\" recipe=hello .*cause=infrastructure", log);
        Assert.DoesNotContain("\u001b", log, StringComparison.Ordinal);
        Assert.Empty(HostileFarm.Left(farm));
        Assert.All(log.TrimEnd('\n').Split('\n'), line => Assert.StartsWith("time=", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_leads_to_no_place_that_the_recipe_could_not_name()
    {
        using TestFarm farm = new();
        farm.Release("1.0");
        string[] places =
        [
            $"file://{farm.Upstream.Path}",
            $"ext::sh -c 'touch {farm["pwned"]}'",
            $"{farm.Upstream.Path}",
            "file:///etc",
        ];
        RedirectingServer[] servers = [.. places.Select(place => new RedirectingServer(place))];
        try
        {
            for (int i = 0; i < servers.Length; i++)
            {
                farm.AddRecipe($"led-{i}", $"led-{i}", git: servers[i].Url);
            }

            (int exit, string log) = farm.Once();
            Assert.True(exit == 1, log);
            Assert.Equal(servers.Length, Regex.Count(log, "msg=\"poll failed\""));
            Assert.DoesNotContain("build queued", log, StringComparison.Ordinal);
            Assert.False(File.Exists(farm["pwned"]));
        }
        finally
        {
            Array.ForEach(servers, server => server.Dispose());
        }
    }

    [Fact]
    public void A_list_without_end_costs_no_more_memory_than_it_may_and_holds_up_nobody()
    {
        using TestFarm farm = new();
        farm.Release("1.0");
        using LyingServer server = new(
            Enumerable
                .Range(0, int.MaxValue)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"refs/tags/v{i}{new string('x', 900)}"))
        );
        farm.AddRecipe("hello", "greeting", git: server.Url);
        farm.AddRecipe("other", "other");
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.Matches(
            "msg=\"poll failed\" recipe=hello .*git ls-remote .*needed more than 256 MiB of memory and was stopped",
            log
        );
        Assert.Equal(TestFarm.Expected("other", "1.0"), farm.Published());
        Assert.Empty(HostileFarm.Left(farm));
    }
}
