using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary><c>--once</c>, from upstream tags to a synced repository, with the real programs.</summary>
[Trait("Speed", "slow")]
public class OnceTests
{
    private static int Count(string log, string message) => log.Split($"msg=\"{message}\"").Length - 1;

    [Fact]
    public void Every_version_is_published_once_a_second_run_builds_nothing_and_a_new_tag_only_that()
    {
        using TestFarm farm = new();
        farm.Configure($"backend = \"rsync\"\nremote = \"{farm["www/deep"]}\"");
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0", "1.1", "1.10");

        (int exit, string log) = farm.Once();
        Assert.Equal((0, 3), (exit, Count(log, "build + publish complete")));
        Assert.Equal(TestFarm.Expected("greeting", "1.0", "1.1", "1.10"), farm.Published());
        Assert.Matches("(?s)version=1.10-1.*starting build.*version=1.1-1.*starting build.*version=1.0-1", log);
        farm.Verify();
        farm.Verify("www/deep");
        Assert.Equal(farm.Published(), farm.Published("www/deep"));

        ulong generation = farm.Generation;
        (exit, log) = farm.Once();
        Assert.Equal((0, 0, 0), (exit, Count(log, "starting build"), Count(log, "sync complete")));
        Assert.Equal(generation, farm.Generation);

        farm.Release("2.0");
        (exit, log) = farm.Once();
        Assert.Equal((0, 1), (exit, Count(log, "starting build")));
        Assert.Equal(TestFarm.Expected("greeting", "1.0", "1.1", "1.10", "2.0"), farm.Published("www/deep"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(farm["state/sources"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(farm["state/publish"]));
    }

    [Fact]
    public void A_package_records_farm_source_and_the_commits_time()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        Assert.Equal(0, farm.Once().ExitCode);
        string index = File.ReadAllText(farm["state/repo/index/active.json"]);
        string time = DateTimeOffset.FromUnixTimeSeconds(farm.Upstream.Time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        Assert.Contains(
            $"\"build\":{{\"timestamp\":\"{time}\",\"farm_id\":\"farm-1\"}}",
            index,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_failing_recipe_stops_no_other_and_waits_for_its_time_over_a_restart()
    {
        using TestFarm farm = new();
        farm.AddRecipe("bad", "broken", script: "echo 'cc: no such thing' >&2; exit 3");
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Matches(
            "level=error msg=\"build failed\" recipe=bad version=1.0-1 cause=recipe .*failures=1 next_retry_after=1m0s log=\\S+ log_tail=\".*cc: no such thing",
            log
        );
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), farm.Published());

        // Still missing, though nothing is tried: a script that asks is told.
        (exit, log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);

        // One that does not ask hears that the sweep came to its end.
        using ManagerProcess plain = farm.Start("--once");
        Assert.Equal(0, plain.WaitForExit());
    }

    [Fact]
    public void A_version_that_got_another_stanza_is_completed_and_what_was_published_stays()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false);
        farm.Release("1.0");
        farm.Once();
        Assert.Equal(["greeting 1.0-1"], farm.Published());
        string path = farm["state/repo/p/greeting/1.0-1/greeting_1.0-1_noarch.peipkg"];
        byte[] before = File.ReadAllBytes(path);

        farm.AddRecipe(
            "hello",
            "greeting",
            script: "mkdir -p $DESTDIR/usr/share/greeting; echo more > $DESTDIR/usr/share/greeting/more"
        );
        (int exit, string log) = farm.Once();
        Assert.Equal(0, exit);
        Assert.Contains("1 of 2 packages are published", log, StringComparison.Ordinal);
        Assert.Contains("published earlier with other bytes", log, StringComparison.Ordinal);
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), farm.Published());
        Assert.Equal(before, File.ReadAllBytes(path));
        farm.Verify();
    }

    [Fact]
    public void A_bumped_revision_rebuilds_and_a_moved_tag_is_an_alert_but_no_rebuild()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false);
        farm.Release("1.0");
        farm.Once();
        string recipe = farm["recipes/hello/peipkg.toml"];
        File.WriteAllText(
            recipe,
            File.ReadAllText(recipe).Replace("peios_revision = 1", "peios_revision = 2", StringComparison.Ordinal)
        );
        Assert.Contains("version=1.0-2 tag=v1.0 reason=revision", farm.Once().Log, StringComparison.Ordinal);
        Assert.Equal(["greeting 1.0-1", "greeting 1.0-2"], farm.Published());

        farm.Release("1.0");
        (int _, string log) = farm.Once();
        Assert.Contains(
            "level=error msg=\"tag moved after it was built\" recipe=hello tag=v1.0",
            log,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        Assert.DoesNotContain("tag moved", farm.Once().Log, StringComparison.Ordinal);
        string why = TestFarm.RunTool(Tools.Manager, "why", "hello", "--json", "--config", farm["config.toml"]);
        Assert.Contains("its tag has moved from", why, StringComparison.Ordinal);
        Assert.Contains("peios_revision", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_that_fails_is_repeated_without_building_or_publishing()
    {
        using TestFarm farm = new();
        File.WriteAllText(farm["file"], "in the way");
        farm.Configure($"backend = \"rsync\"\nremote = \"{farm["file"]}/www\"");
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("level=error msg=\"sync failed\" backend=rsync", log, StringComparison.Ordinal);
        File.Delete(farm["file"]);
        (exit, log) = farm.Once();
        Assert.Equal((0, 0, 1), (exit, Count(log, "starting build"), Count(log, "sync complete")));
        farm.Verify("file/www");
    }

    [Fact]
    public void Rclone_carries_the_repository_to_a_directory_remote()
    {
        using TestFarm farm = new();
        farm.Configure($"backend = \"rclone\"\nremote = \"{farm["bucket"]}\"");
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0", "1.1");
        (int exit, string log) = farm.Once();
        Assert.Equal((0, 1), (exit, Count(log, "sync complete")));
        farm.Verify("bucket");
        Assert.Equal(farm.Published(), farm.Published("bucket"));
    }

    [Fact]
    public async Task A_secret_in_an_upstreams_address_appears_nowhere()
    {
        using TestFarm farm = new();
        await using SmartHttpServer server = await SmartHttpServer.StartAsync(farm.Path, "bob", "s3cret-token");
        farm.Release("1.0");
        farm.AddRecipe(
            "hello",
            "greeting",
            git: server.Url("upstream").Replace("http://", "http://bob:s3cret-token@", StringComparison.Ordinal)
        );
        (int exit, string log) = farm.Once("--log-level", "debug");
        Assert.Equal((0, 1), (exit, Count(log, "build + publish complete")));
        Assert.DoesNotContain("s3cret", log, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(farm["state"], "*", SearchOption.AllDirectories))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("s3cret"u8) < 0, file);
        }
    }

    [Fact]
    public async Task A_repository_that_refuses_keeps_no_other_of_its_host_from_being_built_and_people_hear_of_it()
    {
        using TestFarm farm = new();
        await using PlainHttpServer server = await PlainHttpServer.StartAsync(farm.Path, refused: "secret");
        File.AppendAllText(
            farm["config.toml"],
            $"[[notify]]\ncommand = [\"/bin/sh\", \"-c\", \"echo $PEIPKG_EVENT $PEIPKG_TEXT >> {farm["told"]}\"]\nevents = [\"published\", \"poll-failed\"]\n"
        );
        farm.Release("1.0");
        TestFarm.RunTool("/usr/bin/git", "clone", "-q", "--bare", farm.Upstream.Path, farm["plain.git"]);
        TestFarm.RunTool("/usr/bin/git", "-C", farm["plain.git"], "update-server-info");
        farm.AddRecipe("aa", "first", git: server.Url("secret/up.git"));
        farm.AddRecipe("bb", "second", git: server.Url("plain.git"), doc: false);
        farm.AddRecipe("cc", "third", git: server.Url("plain.git"), doc: false);
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("msg=\"poll failed\" recipe=aa error=\"git ls-remote for http", log, StringComparison.Ordinal);
        Assert.Contains("403", log, StringComparison.Ordinal);
        Assert.Equal(["second 1.0-1", "third 1.0-1"], farm.Published());
        string[] told = await File.ReadAllLinesAsync(farm["told"]);
        Assert.Equal(
            ["poll-failed", "published", "published"],
            told.Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void What_waits_for_a_signature_holds_publishing_and_is_not_replaced()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false);
        farm.Release("1.0");
        Assert.Equal(0, farm.Once().ExitCode);
        string own = Directory.EnumerateFiles(farm["state/repo/keys"], "*.pub").Single();
        TestFarm.RunTool(Tools.Repo, "keygen", "--out", farm["safe"], "--public", farm["safe.pub"]);
        TestFarm.RunTool(
            Tools.Repo,
            "add-key",
            "--repo",
            farm["state/repo"],
            "--key",
            farm["safe.pub"],
            "--sign-key",
            own,
            "--timestamp",
            DateTimeOffset.UtcNow.ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'",
                System.Globalization.CultureInfo.InvariantCulture
            )
        );
        string pending = Directory.EnumerateDirectories(farm["state/repo"], "*pending").Single();
        farm.Release("1.1");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("publishing is held up until someone acts", log, StringComparison.Ordinal);
        Assert.Contains("import-signatures", log, StringComparison.Ordinal);
        Assert.True(Directory.Exists(pending));
        Assert.Equal(["greeting 1.0-1"], farm.Published());

        // Nothing has failed, and what is built is published as soon as nothing is in the way.
        string status = TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", farm["config.toml"]);
        Assert.Contains("\"failures\": {}", status, StringComparison.Ordinal);
        Directory.Delete(pending, recursive: true);
        farm.MakeDue();
        (exit, log) = farm.Once();
        Assert.Equal((0, 0), (exit, Count(log, "starting build")));
        Assert.Equal(["greeting 1.0-1", "greeting 1.1-1"], farm.Published());
    }

    [Fact]
    public void A_name_that_another_recipe_took_for_another_architecture_is_the_recipes_failure_with_what_to_do()
    {
        using TestFarm farm = new();
        farm.AddRecipe("aa", "greeting", doc: false);
        farm.AddRecipe("bb", "greeting", doc: false);
        string second = farm["recipes/bb/peipkg.toml"];
        File.WriteAllText(
            second,
            File.ReadAllText(second).Replace("\"noarch\"", "\"x86_64\"", StringComparison.Ordinal)
        );
        farm.Release("1.0");
        Assert.Equal(1, farm.Once().ExitCode);
        string status = TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", farm["config.toml"]);
        Assert.Contains("\"cause\": \"recipe\"", status, StringComparison.Ordinal);
        Assert.Contains("\"hold\": \"given-up\"", status, StringComparison.Ordinal);
        Assert.Contains("give one of them another name", status, StringComparison.Ordinal);

        // A name without work left behind it is in nobody's way.
        Directory.Delete(farm["recipes/bb"], recursive: true);
        Assert.Equal(0, farm.Once().ExitCode);
        Assert.DoesNotContain(
            "given-up",
            TestFarm.RunTool(Tools.Manager, "status", "--json", "--config", farm["config.toml"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Recipes_that_share_an_upstream_are_both_built()
    {
        using TestFarm farm = new();
        farm.AddRecipe("one", "first", doc: false);
        farm.AddRecipe("two", "second", doc: false);
        farm.Release("1.0");
        farm.Once();
        Assert.Equal(["first 1.0-1", "second 1.0-1"], farm.Published());
    }

    [Fact]
    public void Daemons_that_a_build_script_leaves_are_gone_when_the_manager_is()
    {
        using TestFarm farm = new();
        farm.AddRecipe(
            "hello",
            "greeting",
            script: $"setsid sh -c 'echo $$ > {farm["pid"]}; exec sleep 300' > /dev/null 2>&1 &\nsleep 0.5"
        );
        farm.Release("1.0");
        Assert.Equal(0, farm.Once().ExitCode);
        Assert.False(Directory.Exists("/proc/" + File.ReadAllText(farm["pid"]).Trim()));
    }
}
