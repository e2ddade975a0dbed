using System.Text.RegularExpressions;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>What befalls a version between its tag and its packages, each with its explanation in the log.</summary>
[Trait("Speed", "slow")]
public class BuildLifeTests
{
    private static void Change(TestFarm farm, string recipe, string from, string to)
    {
        string path = farm[$"recipes/{recipe}/peipkg.toml"];
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
    }

    // peipkg-repo refuses to publish as long as the file is there; everything else it does.
    private static void BreakPublishing(TestFarm farm)
    {
        File.Delete(farm["bin/peipkg-repo"]);
        File.WriteAllText(
            farm["bin/peipkg-repo"],
            $"#!/bin/sh\nif [ \"$1\" = publish ] && [ -e {farm["refuse"]} ]; then echo refused >&2; exit 1; fi\nexec {Tools.Repo} \"$@\"\n"
        );
        File.SetUnixFileMode(
            farm["bin/peipkg-repo"],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.WriteAllText(farm["refuse"], "");
    }

    [Fact]
    public void A_recipe_removed_while_its_packages_wait_to_be_published_ends_the_story()
    {
        using TestFarm farm = new();
        BreakPublishing(farm);
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("msg=\"publish failed\" recipe=hello version=1.0-1", log, StringComparison.Ordinal);
        Directory.Delete(farm["recipes/hello"], recursive: true);
        File.Delete(farm["refuse"]);
        farm.MakeDue();
        (exit, log) = farm.Once();
        Assert.Equal(0, exit);
        Assert.Contains(
            "msg=\"build skipped\" recipe=hello version=1.0-1 reason=\"the recipe is gone or cannot be used\"",
            log,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(farm["state/publish"]));
        Assert.DoesNotContain("build skipped", farm.Once().Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_whose_recipe_makes_others_by_now_are_built_again_before_they_are_published()
    {
        using TestFarm farm = new();
        BreakPublishing(farm);
        farm.AddRecipe("hello", "greeting");
        farm.Release("1.0");
        farm.Once();
        farm.AddRecipe("hello", "salutation");
        File.Delete(farm["refuse"]);
        farm.MakeDue();
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Contains("the recipe makes other packages than those that were built", log, StringComparison.Ordinal);
        Assert.Equal(TestFarm.Expected("salutation", "1.0"), farm.Published());
    }

    [Fact]
    public void A_changed_architecture_is_explained_and_publishes_with_the_next_revision()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false);
        farm.Release("1.0");
        Assert.Equal(0, farm.Once().ExitCode);
        Change(farm, "hello", "architecture = \"noarch\"", "architecture = \"x86_64\"");
        (int exit, string log) = farm.Once();
        Assert.Equal(0, exit);
        Assert.Contains(
            "greeting 1.0-1 is published for noarch, and the recipe makes it for x86_64 now; raise peios_revision",
            log,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        Change(farm, "hello", "peios_revision = 1", "peios_revision = 2");
        (exit, log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Equal(["greeting 1.0-1", "greeting 1.0-2"], farm.Published());
    }

    [Fact]
    public void A_recipe_whose_name_another_took_is_built_as_soon_as_it_has_another()
    {
        using TestFarm farm = new();
        farm.AddRecipe("aa", "greeting", doc: false);
        farm.Release("1.0");
        Assert.Equal(0, farm.Once().ExitCode);
        farm.AddRecipe("bb", "greeting", doc: false);
        Change(farm, "bb", "architecture = \"noarch\"", "architecture = \"x86_64\"");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains(
            "level=error msg=\"packages cannot be published\" recipe=bb version=1.0-1",
            log,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        farm.AddRecipe("bb", "salutation", doc: false);
        (exit, log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Equal(["greeting 1.0-1", "salutation 1.0-1"], farm.Published());
    }

    [Fact]
    public void A_version_given_up_comes_back_when_its_recipe_is_mended_and_not_before()
    {
        using TestFarm farm = new();
        File.AppendAllText(farm["config.toml"], "[build]\ngive_up_after = 1\n");
        farm.AddRecipe("hello", "greeting", script: "exit 7");
        farm.Release("1.0");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains("msg=\"build failed\" recipe=hello", log, StringComparison.Ordinal);
        Assert.Contains(
            "given_up_until=\"its recipe or tag changes, or someone retries it\"",
            log,
            StringComparison.Ordinal
        );
        farm.MakeDue();
        (exit, log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        farm.AddRecipe("hello", "greeting");
        (exit, log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.Contains(
            "msg=\"build queued\" recipe=hello version=1.0-1 tag=v1.0 reason=poll detail=\"the recipe changed since it failed\"",
            log,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_recipe_broken_between_trigger_and_build_fails_as_its_own_fault_and_no_other_does()
    {
        using TestFarm farm = new();
        farm.AddRecipe("slow", "first", script: $"while [ ! -e {farm["go"]} ]; do sleep 0.1; done", doc: false);
        farm.AddRecipe("zulu", "second", doc: false);
        File.AppendAllText(farm["config.toml"], "[build]\nparallel = 1\n");
        farm.Release("1.0");
        using ManagerProcess manager = farm.Start("--once", "--strict");
        manager.WaitFor("starting build\" recipe=slow");
        File.AppendAllText(farm["recipes/zulu/peipkg.toml"], "[upstream\n");
        File.WriteAllText(farm["go"], "");
        Assert.Equal(1, manager.WaitForExit());
        Assert.Matches(
            "build failed\" recipe=zulu version=1.0-1 cause=recipe error=\"\\S+/zulu/peipkg.toml:\\d+:\\d+:",
            manager.Log
        );
        Assert.Equal(["first 1.0-1"], farm.Published());
    }

    [Fact]
    public void Who_depends_on_another_recipe_is_built_after_it_and_others_beside_it()
    {
        using TestFarm farm = new();
        File.AppendAllText(farm["config.toml"], "[build]\nparallel = 4\n");
        farm.AddRecipe("app", "app", doc: false);
        Change(
            farm,
            "app",
            "description = \"A greeting\"",
            "description = \"A greeting\"\ndependencies = [{ name = \"libbase\" }]"
        );
        farm.AddRecipe("base", "libbase", script: $"while [ ! -e {farm["go"]} ]; do sleep 0.1; done", doc: false);
        farm.AddRecipe("free", "free", doc: false);
        farm.Release("1.0", "1.1");
        using ManagerProcess manager = farm.Start("--once", "--strict");
        manager.WaitFor("build \\+ publish complete\" recipe=free version=1.0-1");
        manager.WaitUntil(
            () => Regex.Count(manager.Log, "starting build\" recipe=base") == 2,
            "both versions of base beside each other"
        );
        Assert.DoesNotContain("starting build\" recipe=app", manager.Log, StringComparison.Ordinal);
        File.WriteAllText(farm["go"], "");
        Assert.Equal(0, manager.WaitForExit());
        Assert.Matches(
            "(?s)complete\" recipe=base .*complete\" recipe=base .*starting build\" recipe=app",
            manager.Log
        );
    }

    [Fact]
    public void A_disk_below_min_free_pauses_building_says_so_and_goes_on_by_itself()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false);
        farm.Release("1.0");
        File.AppendAllText(farm["config.toml"], "[limits]\nmin_free = \"900TB\"\n");
        (int exit, string log) = farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains(
            "level=warn msg=\"building is paused, the disk is nearly full\"",
            log,
            StringComparison.Ordinal
        );
        farm.Configure();
        Assert.Equal(0, farm.Once().ExitCode);
    }

    [Fact]
    public void First_contact_with_many_tags_says_so_and_backfill_limits_it()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", doc: false, watch: "[watch]\nbackfill = 2");
        farm.Release([.. Enumerable.Range(0, 12).Select(i => $"1.{i}")]);
        (int exit, string log) = farm.Once();
        Assert.Equal(0, exit);
        Assert.Contains(
            "msg=\"versions passed over\" recipe=hello count=10 reason=\"older than what backfill = 2 takes",
            log,
            StringComparison.Ordinal
        );
        Assert.Equal(["greeting 1.10-1", "greeting 1.11-1"], farm.Published());
        farm.Release("1.9.1");
        Assert.Equal(0, farm.Once().ExitCode);
        Assert.Equal(["greeting 1.10-1", "greeting 1.11-1", "greeting 1.9.1-1"], farm.Published());
    }

    [Fact]
    public void A_backup_made_while_the_daemon_works_is_whole_and_starts_a_farm()
    {
        using TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", script: $"while [ ! -e {farm["go"]} ]; do sleep 0.1; done");
        farm.Release("1.0");
        using (ManagerProcess manager = farm.Start())
        {
            manager.WaitFor("starting build");
            TestFarm.RunTool(Tools.Manager, "backup", farm["copy.db"], "--config", farm["config.toml"]);
            File.WriteAllText(farm["go"], "");
            manager.WaitFor("build \\+ publish complete");
            manager.Signal("TERM");
            Assert.Equal(0, manager.WaitForExit());
        }

        Assert.Equal(["copy.db"], Directory.EnumerateFiles(farm.Path, "*copy*").Select(Path.GetFileName));
        foreach (string file in Directory.EnumerateFiles(farm["state"], "manager.db*"))
        {
            File.Delete(file);
        }

        // As of then it was being built; it has been published since.
        File.Copy(farm["copy.db"], farm["state/manager.db"]);
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), farm.Published());
    }
}
