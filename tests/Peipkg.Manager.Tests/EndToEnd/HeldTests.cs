using System.Text.Json;
using System.Text.RegularExpressions;
using Peipkg.Manager.Tests.Git;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>
/// What would break what is published: a library whose next version provides another name, and programs that need the one
/// of the library that the machine had when they were built.
/// </summary>
[Trait("Speed", "slow")]
public sealed class HeldTests
{
    private const string Older = "psd-009";
    private const string Newer = "pspu-5";

    // The machine's library is what the file "abi" says.
    private static (TestFarm Farm, GitRepository Library) Farm(string edition, string onBreak = "hold")
    {
        TestFarm farm = new();
        Replace(
            farm["config.toml"],
            "[signing]",
            $"edition = \"{edition}\"\n[publish]\non_break = \"{onBreak}\"\n[signing]"
        );
        GitRepository library = new(farm["library"]);
        AddRecipe(farm, "base", "base-$abi", "", library.Path);
        AddRecipe(farm, "app", "app", "base-$abi");
        File.WriteAllText(farm["abi"], "1");
        Release(library, "1.0");
        farm.Release("1.0");
        return (farm, library);
    }

    private static void AddRecipe(TestFarm farm, string name, string module, string requires, string? git = null)
    {
        farm.AddRecipe(
            name,
            name,
            $"""
            abi=$(cat {farm["abi"]})
            mkdir -p "$DESTDIR/usr/share/{name}/pkgconfig"
            printf 'Name: x\nDescription: x\nVersion: 1.0\nRequires: %s\n' "{requires}" \
                > "$DESTDIR/usr/share/{name}/pkgconfig/{module}.pc"
            """,
            git,
            doc: false
        );
        Replace(farm[$"recipes/{name}/peipkg.toml"], "description =", "derive = true\ndescription =");
    }

    private static void Release(GitRepository library, string version)
    {
        library.Commit(("greeting", version));
        library.Tag("v" + version, annotated: true);
    }

    private static void Bump(TestFarm farm, GitRepository library)
    {
        File.WriteAllText(farm["abi"], "2");
        Release(library, "2.0");
    }

    private static void Replace(string file, string from, string to)
    {
        string text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    private static string Manager(TestFarm farm, params string[] words) =>
        TestFarm.RunTool(Tools.Manager, [.. words, "--config", farm["config.toml"]]);

    // Fails where what is advertised cannot be installed.
    private static void Audit(TestFarm farm) => TestFarm.RunTool(Tools.Repo, "audit", "--repo", farm["state/repo"]);

    private static void Succeed(TestFarm farm)
    {
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
    }

    private static string HoldBase(TestFarm farm, GitRepository library)
    {
        Succeed(farm);
        Bump(farm, library);
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.Equal(["app 1.0-1", "base 1.0-1"], farm.Published());
        return log;
    }

    [Fact]
    public void A_library_waits_for_its_dependents_and_goes_out_with_them_in_one_generation()
    {
        (TestFarm farm, GitRepository library) = Farm(Newer);
        using (farm)
        {
            Assert.Contains(
                "level=warn msg=\"packages are held, publishing them would break others\" recipe=base version=2.0-1 "
                    + "reason=\"app would lack pkgconfig(base-1)\"",
                HoldBase(farm, library),
                StringComparison.Ordinal
            );
            Audit(farm);
            ulong generation = farm.Generation;

            // A restart changes nothing, and tells nothing twice.
            farm.MakeDue();
            (int exit, string log) = farm.Once();
            Assert.Equal(1, exit);
            Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
            Assert.Equal(generation, farm.Generation);
            Assert.Single(Regex.Matches(Manager(farm, "history"), "(?m) held +base "));

            using JsonDocument status = JsonDocument.Parse(Manager(farm, "status", "--json"));
            Assert.Equal(1, status.RootElement.GetProperty("builds").GetProperty("held").GetInt64());
            JsonElement trouble = status
                .RootElement.GetProperty("troubles")
                .EnumerateArray()
                .Single(t => t.GetProperty("key").GetString() == "held:base");
            Assert.Equal("warning", trouble.GetProperty("severity").GetString());
            Assert.Equal(
                "base 2.0-1 is built and held: app would lack pkgconfig(base-1)",
                trouble.GetProperty("text").GetString()
            );
            Assert.Equal(
                "peipkg-manager rebuild app --reason \"base 2.0-1\"",
                trouble.GetProperty("remedy").GetString()
            );
            Assert.Contains(
                "is built and held: app would lack pkgconfig(base-1); it goes out when nothing would break",
                Manager(farm, "why", "base@2.0"),
                StringComparison.Ordinal
            );

            Manager(farm, "rebuild", "app", "--reason", "base 2.0-1");
            Succeed(farm);
            Assert.Equal(generation + 1, farm.Generation);
            Assert.Equal(["app 1.0-1", "app 1.0-2", "base 1.0-1", "base 2.0-1"], farm.Published());
            Audit(farm);
            Assert.Empty(Directory.EnumerateFileSystemEntries(farm["state/publish"]));
        }
    }

    [Fact]
    public void The_farm_rebuilds_what_would_break_in_order_and_publishes_all_at_once()
    {
        (TestFarm farm, GitRepository library) = Farm(Older, "rebuild");
        using (farm)
        {
            AddRecipe(farm, "aaa", "aaa", "base-$abi app");
            Succeed(farm);
            ulong generation = farm.Generation;
            Bump(farm, library);
            (int exit, string log) = farm.Once();
            Assert.True(exit == 0, log);
            Assert.Matches(
                "(?s)starting build\" recipe=base .*starting build\" recipe=app .*starting build\" recipe=aaa ",
                log
            );
            Assert.Equal(generation + 1, farm.Generation);
            Assert.Equal(
                ["aaa 1.0-1", "aaa 1.0-2", "app 1.0-1", "app 1.0-2", "base 1.0-1", "base 2.0-1"],
                farm.Published()
            );
            Audit(farm);
        }
    }

    [Fact]
    public void What_needs_the_old_name_even_when_rebuilt_is_rebuilt_once_and_the_library_waits()
    {
        (TestFarm farm, GitRepository library) = Farm(Older, "rebuild");
        using (farm)
        {
            Replace(farm["recipes/app/build.sh"], "base-$abi", "base-1");
            Succeed(farm);
            Bump(farm, library);
            Assert.Equal(1, farm.Once().ExitCode);
            Assert.Equal(["app 1.0-1", "app 1.0-2", "base 1.0-1"], farm.Published());
            farm.MakeDue();
            (int exit, string log) = farm.Once();
            Assert.Equal(1, exit);
            Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
            Assert.Contains(
                "base 2.0-1 is built and held even when built again: app would lack pkgconfig(base-1)",
                Manager(farm, "status"),
                StringComparison.Ordinal
            );
            Audit(farm);
        }
    }

    [Fact]
    public void A_manager_killed_after_it_published_what_was_held_finds_it_published()
    {
        (TestFarm farm, GitRepository library) = Farm(Older);
        using (farm)
        {
            HoldBase(farm, library);
            ulong generation = farm.Generation;
            Manager(farm, "rebuild", "app", "--reason", "base 2.0-1");
            File.Delete(farm["bin/peipkg-repo"]);
            File.WriteAllText(
                farm["bin/peipkg-repo"],
                $$"""
                #!/bin/sh
                strike() {
                    rm {{farm["order"]}}
                    p=$PPID
                    while [ "$(cat /proc/$p/comm)" != peipkg-manager ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done
                    kill -9 $p
                }
                [ "$1" = publish ] && [ -e {{farm["order"]}} ] || exec {{Tools.Repo}} "$@"
                {{Tools.Repo}} "$@"
                status=$?
                strike
                exit $status

                """
            );
            File.SetUnixFileMode(
                farm["bin/peipkg-repo"],
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
            File.WriteAllText(farm["order"], "");
            Assert.Equal(137, farm.Once().ExitCode);
            (int exit, string log) = farm.Once();
            Assert.True(exit == 0, log);
            Assert.DoesNotContain("starting build", log, StringComparison.Ordinal);
            Assert.Equal(generation + 1, farm.Generation);
            Assert.Equal(["app 1.0-1", "app 1.0-2", "base 1.0-1", "base 2.0-1"], farm.Published());
            farm.Verify();
            Audit(farm);
        }
    }

    [Fact]
    public void An_operator_lets_it_through()
    {
        (TestFarm farm, GitRepository library) = Farm(Older);
        using (farm)
        {
            HoldBase(farm, library);
            using ManagerProcess manager = farm.Start();
            manager.WaitFor("control socket|listening|polling upstream");
            string said = Manager(farm, "release", "base", "--reason", "app goes next week");
            Assert.Contains("base@2.0-1 is released and published now", said, StringComparison.Ordinal);
            manager.WaitFor("build \\+ publish complete\" recipe=base version=2.0-1");
            manager.Signal("TERM");
            Assert.Equal(0, manager.WaitForExit());
            Assert.Equal(["app 1.0-1", "base 1.0-1", "base 2.0-1"], farm.Published());
            Assert.Contains("app goes next week", Manager(farm, "history", "base"), StringComparison.Ordinal);
            Assert.DoesNotContain("held:base", Manager(farm, "status"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_was_rebuilt_for_a_library_that_is_then_rejected_is_not_published_without_it()
    {
        (TestFarm farm, GitRepository library) = Farm(Older);
        using (farm)
        {
            AddRecipe(farm, "other", "other", "base-$abi");
            Succeed(farm);
            Bump(farm, library);
            Assert.Equal(1, farm.Once().ExitCode);
            Manager(farm, "rebuild", "app", "--reason", "base 2.0-1");
            Assert.Equal(1, farm.Once().ExitCode);
            Assert.DoesNotContain("held:app", Manager(farm, "status"), StringComparison.Ordinal);
            Manager(farm, "reject", "base@2.0", "--reason", "too early");
            farm.MakeDue();
            Assert.Equal(1, farm.Once().ExitCode);
            Assert.Equal(["app 1.0-1", "base 1.0-1", "other 1.0-1"], farm.Published());
            string status = Manager(farm, "status");
            Assert.Contains(
                "app 1.0-2 is built and held: app needs pkgconfig(base-2), which nothing brings any more",
                status,
                StringComparison.Ordinal
            );
            Assert.Contains("peipkg-manager retry app@1.0-2", status, StringComparison.Ordinal);

            // Against what is there.
            File.WriteAllText(farm["abi"], "1");
            Manager(farm, "retry", "app@1.0-2");
            Succeed(farm);
            Assert.Equal(["app 1.0-1", "app 1.0-2", "base 1.0-1", "other 1.0-1"], farm.Published());
            Audit(farm);
        }
    }

    [Fact]
    public void Names_that_recipes_declare_count_as_well_and_publish_takes_what_comes()
    {
        using TestFarm farm = new();
        GitRepository library = new(farm["library"]);
        farm.AddRecipe("base", "base", git: library.Path, doc: false);
        farm.AddRecipe("app", "app", doc: false);
        Replace(
            farm["recipes/base/peipkg.toml"],
            "description =",
            "provides = [{ name = \"libbase.so.1\" }]\ndescription ="
        );
        Replace(
            farm["recipes/app/peipkg.toml"],
            "description =",
            "dependencies = [{ name = \"libbase.so.1\" }]\ndescription ="
        );
        Release(library, "1.0");
        farm.Release("1.0");
        Succeed(farm);

        // Its next version has the old name still.
        Release(library, "1.1");
        Succeed(farm);
        Replace(farm["recipes/base/peipkg.toml"], "libbase.so.1", "libbase.so.2");
        Release(library, "2.0");
        Assert.Equal(1, farm.Once().ExitCode);
        Assert.Equal(["app 1.0-1", "base 1.0-1", "base 1.1-1"], farm.Published());
        File.AppendAllText(farm["config.toml"], "[publish]\non_break = \"publish\"\n");
        Succeed(farm);
        Assert.Equal(["app 1.0-1", "base 1.0-1", "base 1.1-1", "base 2.0-1"], farm.Published());
    }
}
