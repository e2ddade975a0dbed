using System.Diagnostics;
using System.Globalization;
using Peipkg.Manager.Tests.Hostile;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>
/// SIGKILL at random moments, to the manager or to one of its children: whatever was under way is repeated or finished,
/// nothing twice, nothing lost.
/// </summary>
[Trait("Speed", "slow")]
[Trait("Scenario", "kills")]
public class CrashTests
{
    private static int Kills =>
        int.Parse(Environment.GetEnvironmentVariable("PEIPKG_TEST_KILLS") ?? "25", CultureInfo.InvariantCulture);

    [Fact]
    public void After_random_kills_everything_is_published_exactly_once_and_verifies()
    {
        using TestFarm farm = new();
        farm.Configure($"backend = \"rsync\"\nremote = \"{farm["www"]}\"");
        File.AppendAllText(farm["config.toml"], "[build]\nparallel = 3\n");
        farm.AddRecipe("hello", "greeting", script: "sleep 0.1");
        farm.AddRecipe("other", "salutation");
        Random random = new(20260507);
        List<string> versions = [];
        int killed = 0;
        for (int round = 0; killed < Kills; round++)
        {
            // Always something left to do, so that a kill has something to hit.
            versions.Add($"1.{round}");
            farm.Release(versions[^1]);
            farm.MakeDue();
            using ManagerProcess manager = farm.Start("--once", "--strict");
            if (round % 3 > 0)
            {
                // On a slow machine it would be killed before it has begun anything.
                manager.WaitFor("polling upstream");
            }

            Thread.Sleep(random.Next(0, 2500));
            int[] children = [.. farm.ChildIds()];
            if (random.Next(3) == 0 && children.Length > 0)
            {
                // The manager lives on, and takes it for trouble that will pass.
                TestFarm.Kill(children[random.Next(children.Length)]);
                manager.WaitForExit();
                killed++;
            }
            else if (!manager.HasExited)
            {
                manager.Kill();
                killed++;
            }
        }

        farm.MakeDue();
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        IReadOnlyList<string> expected =
        [
            .. TestFarm
                .Expected("greeting", [.. versions])
                .Concat(TestFarm.Expected("salutation", [.. versions]))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(expected, farm.Published());
        Assert.Equal(expected, farm.Published("www"));
        farm.Verify();
        farm.Verify("www");
        Assert.DoesNotContain("starting build", farm.Once().Log, StringComparison.Ordinal);
        foreach (string directory in (string[])["sources", "stage", "publish"])
        {
            Assert.Empty(
                Directory
                    .EnumerateFileSystemEntries(farm["state/" + directory])
                    .Select(Path.GetFileName)
                    .Except(["tmp"])
            );
        }

        Assert.Empty(farm.Children());
    }

    [Fact]
    public void What_a_script_started_ends_also_when_both_the_manager_and_peipkg_build_are_killed()
    {
        using TestFarm farm = new();
        farm.AddRecipe(
            "hello",
            "greeting",
            script: $"sleep 300 & setsid sleep 300 & (cd /; exec setsid sleep 300) & touch {farm["started"]}; sleep 300"
        );
        farm.Release("1.0");
        using (ManagerProcess manager = farm.Start("--once"))
        {
            manager.WaitUntil(() => File.Exists(farm["started"]), "the script");
            manager.Kill();
            manager.WaitForExit();
        }

        foreach (int child in farm.ChildIds())
        {
            TestFarm.Kill(child);
        }

        Stopwatch watch = Stopwatch.StartNew();
        while (HostileFarm.Left(farm).Count > 0)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), string.Join('\n', HostileFarm.Left(farm)));
            Thread.Sleep(50);
        }
    }

    [Fact]
    public void A_child_that_survives_its_killed_manager_is_stopped_by_the_next_one()
    {
        using TestFarm farm = new();
        farm.AddRecipe(
            "hello",
            "greeting",
            script: $"if [ ! -e {farm["again"]} ]; then touch {farm["started"]}; sleep 300; fi"
        );
        farm.Release("1.0");
        using (ManagerProcess manager = farm.Start("--once"))
        {
            while (!File.Exists(farm["started"]))
            {
                Assert.False(manager.HasExited, manager.Log);
                Thread.Sleep(20);
            }

            manager.Kill();
            manager.WaitForExit();
        }

        Assert.NotEmpty(farm.Children());
        File.WriteAllText(farm["again"], "");
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Contains("msg=\"work of the last run taken up again\" requeued=1", log, StringComparison.Ordinal);
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), farm.Published());
        Assert.Empty(farm.Children());
    }
}
