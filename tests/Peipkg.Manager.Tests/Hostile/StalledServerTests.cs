using System.Diagnostics;
using System.Security.Cryptography;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Servers that fall silent at each stage of the protocol: the idle timeout ends what waits for them.</summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "hostile")]
public class StalledServerTests
{
    public static TheoryData<string, Stall> Stages
    {
        get
        {
            TheoryData<string, Stall> stages = new() { { "git", Stall.Refs }, { "http", Stall.Pack } };
            if (HostileFarm.All)
            {
                stages.Add("git", Stall.Accept);
                stages.Add("git", Stall.Headers);
                stages.Add("git", Stall.Pack);
                stages.Add("http", Stall.Accept);
                stages.Add("http", Stall.Headers);
                stages.Add("http", Stall.Refs);
                stages.Add("ssh", Stall.Accept);
            }

            return stages;
        }
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_server_that_stalls_is_given_up_on_and_nothing_waits_on(string transport, Stall stall)
    {
        using TestFarm farm = new();
        HostileFarm.Add(farm, "timeout = \"4s\"\n[fetch]\nsilence = \"2s\"\n");
        File.WriteAllBytes(Path.Combine(farm.Upstream.Path, "noise"), RandomNumberGenerator.GetBytes(1 << 20));
        farm.Release("1.0");
        using GitDaemon daemon = new(farm.Path);
        await using SmartHttpServer http = await SmartHttpServer.StartAsync(farm.Path);
        using StallingProxy proxy = new(
            transport switch
            {
                "git" => daemon.Url("upstream"),
                "http" => http.Url("upstream"),
                _ => "ssh://git@127.0.0.1:1/upstream",
            },
            stall
        );
        farm.AddRecipe("hello", "greeting", git: proxy.Url);

        // What is well beside it is built all the same.
        farm.AddRecipe("other", "other");
        Stopwatch watch = Stopwatch.StartNew();
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(110), log);
        Assert.Matches(
            stall == Stall.Pack
                ? "msg=\"build failed\" recipe=hello .*cause=infrastructure .*git fetch .* was silent for 2s"
                : "msg=\"poll failed\" recipe=hello .*git ls-remote .* took longer than 4s",
            log
        );
        Assert.Equal(TestFarm.Expected("other", "1.0"), farm.Published());
        Assert.Empty(HostileFarm.Left(farm));
    }
}
