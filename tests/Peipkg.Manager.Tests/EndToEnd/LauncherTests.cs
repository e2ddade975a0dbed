using System.Diagnostics;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Builds that run elsewhere: the contract, the launchers that are shipped, and workers that are not to be trusted.</summary>
[Trait("Speed", "slow")]
public sealed class LauncherTests
{
    private const string Package = "greeting_1.0-1_noarch.peipkg";

    // What a launcher has to do, in its shortest form.
    private const string Honest = "cd \"$1\" && xargs -0 peipkg-build < job.args || exit 1";

    private static string Samples
    {
        get
        {
            DirectoryInfo? directory = new(AppContext.BaseDirectory);
            while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Peipkg.sln")))
            {
                directory = directory.Parent;
            }

            return Path.Combine(directory?.FullName ?? "/", "samples/farm/launchers");
        }
    }

    private static void Launch(TestFarm farm, string script)
    {
        File.WriteAllText(farm["launcher"], $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(
            farm["launcher"],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        Configure(farm, $"\"{farm["launcher"]}\", \"{{workdir}}\"");
    }

    private static void Configure(TestFarm farm, string launcher)
    {
        farm.Configure();
        File.AppendAllText(farm["config.toml"], $"[build]\nlauncher = [{launcher}]\n");
    }

    private static TestFarm Farm(string script = "")
    {
        TestFarm farm = new();
        farm.AddRecipe("hello", "greeting", script);
        farm.Release("1.0");
        return farm;
    }

    [Fact]
    public void What_is_built_elsewhere_is_published_as_if_it_had_been_built_here()
    {
        using TestFarm farm = Farm();
        (int exit, string log) = farm.Once();
        Assert.True(exit == 0, log);
        byte[] here = File.ReadAllBytes(farm[$"state/repo/p/greeting/1.0-1/{Package}"]);
        Directory.Delete(farm["state"], recursive: true);

        // The launcher looks for the key: neither in its environment nor in its job.
        Launch(farm, $"cp -R \"$1\" {farm["seen"]}; env > {farm["seen"]}/env; {Honest}");
        (exit, log) = farm.Once();
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), farm.Published());
        Assert.Equal(here, File.ReadAllBytes(farm[$"state/repo/p/greeting/1.0-1/{Package}"]));
        farm.Verify();
        Assert.DoesNotContain(farm["key"], File.ReadAllText(farm["seen/env"]), StringComparison.Ordinal);
        string job = File.ReadAllText(farm["seen/job.json"]);
        Assert.DoesNotContain("key", job, StringComparison.Ordinal);
        foreach (
            string field in (string[])
                [
                    "\"farm_id\": \"farm-1\"",
                    "\"version\": \"1.0-1\"",
                    "\"revision\": 1",
                    "\"recipe\": \"hello\"",
                    Package,
                ]
        )
        {
            Assert.Contains(field, job, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("exit 1", "recipe", "launcher launcher ended with exit status 1")]
    [InlineData("exit 75", "infrastructure", "exit status 75")]
    [InlineData("kill -9 $$", "infrastructure", "killed by signal 9")]
    [InlineData(
        "exit 0",
        "recipe",
        "greeting_1.0-1_noarch.peipkg is missing; greeting-doc_1.0-1_noarch.peipkg is missing"
    )]
    [InlineData(Honest + "; echo x > out/extra", "recipe", "extra was not expected")]
    [InlineData(Honest + "; rm out/greeting_*; mkfifo out/" + Package, "recipe", Package + " is no regular file")]
    [InlineData(
        Honest + "; mv out/greeting_* elsewhere; ln -s \"$1/elsewhere\" out/" + Package,
        "recipe",
        Package + " is no regular file"
    )]
    [InlineData(Honest + "; head -c 5000 /dev/urandom > out/" + Package, "recipe", "not a package")]
    [InlineData(
        "cd \"$1\" && sed -i 's/version=1.0-1/version=1.0-2/' job.args && xargs -0 peipkg-build < job.args",
        "recipe",
        "greeting_1.0-2_noarch.peipkg was not expected"
    )]
    [InlineData(
        "cd \"$1\" && sed -i 's/farm-id=farm-1/farm-id=farm-2/' job.args && xargs -0 peipkg-build < job.args",
        "recipe",
        "build.farm_id is \"farm-2\" instead of \"farm-1\""
    )]
    [InlineData(
        "cd \"$1\" && sed -i 's/MIT/GPL/' recipe/peipkg.toml && xargs -0 peipkg-build < job.args",
        "recipe",
        "license is \"GPL\" instead of \"MIT\""
    )]
    [InlineData(
        "cd \"$1\" && sed -i '0,/files = .*/s,,files = [\"usr/share/greeting/**\"]\\nprovides = [{ name = \"libc\" }],' recipe/peipkg.toml && xargs -0 peipkg-build < job.args",
        "recipe",
        "provides is [{\"name\":\"libc\"}] instead of []"
    )]
    [InlineData(
        "cd \"$1\" && sed -i 's|usr/share/greeting/|usr/{bin,share/greeting}/|' recipe/peipkg.toml && echo 'mkdir $DESTDIR/usr/bin; echo x > $DESTDIR/usr/bin/sudo' >> recipe/build.sh && xargs -0 peipkg-build < job.args",
        "recipe",
        "its stanza does not claim usr/bin/sudo"
    )]
    [InlineData(
        "cd \"$1\" && openssl genpkey -algorithm ed25519 -out k 2> /dev/null && printf -- '--sign-key=k\\0' >> job.args && xargs -0 peipkg-build < job.args",
        "recipe",
        "it is signed; the farm signs"
    )]
    public void A_worker_that_does_anything_but_its_job_gets_nothing_signed(string script, string cause, string words)
    {
        using TestFarm farm = Farm();
        Launch(farm, script);
        (int exit, string log) = farm.Once();
        Assert.True(exit == 1, log);
        Assert.Contains($"cause={cause}", log, StringComparison.Ordinal);
        Assert.Contains(words, log.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(farm.Published());
        Assert.Empty(Directory.EnumerateFileSystemEntries(farm["state/publish"]));
    }

    [Fact]
    public void Over_ssh_another_user_on_another_host_builds()
    {
        using TestFarm farm = Farm("id -un; pwd");
        using SshWorker worker = new(farm["ssh"]);
        Configure(farm, $"\"{Samples}/ssh.sh\", \"{{workdir}}\", \"{worker.Destination}\"");
        using ManagerProcess manager = new(farm, ["--config", farm["config.toml"], "--once"], worker.Environment);
        Assert.True(manager.WaitForExit() == 0, manager.Log);
        Assert.True(farm.Published().Count == 2, manager.Log + File.ReadAllText(farm["state/logs/1.log"]));
        farm.Verify();
        Assert.Contains(worker.User, File.ReadAllText(farm["state/logs/1.log"]), StringComparison.Ordinal);
        Assert.Empty(worker.Leftovers());
    }

    [Fact]
    public void Over_ssh_a_failing_build_is_the_recipes_fault_and_a_missing_host_is_not()
    {
        using TestFarm farm = Farm("echo it does not compile; exit 3");
        using SshWorker worker = new(farm["ssh"]);
        Configure(farm, $"\"{Samples}/ssh.sh\", \"{{workdir}}\", \"{worker.Destination}\"");
        using (
            ManagerProcess manager = new(
                farm,
                ["--config", farm["config.toml"], "--once", "--strict"],
                worker.Environment
            )
        )
        {
            Assert.Equal(1, manager.WaitForExit());
            Assert.Contains("cause=recipe", manager.Log, StringComparison.Ordinal);
            Assert.Contains("it does not compile", manager.Log, StringComparison.Ordinal);
        }

        Assert.Empty(worker.Leftovers());
        worker.Stop();
        Directory.Delete(farm["state"], recursive: true);
        using (
            ManagerProcess manager = new(
                farm,
                ["--config", farm["config.toml"], "--once", "--strict"],
                worker.Environment
            )
        )
        {
            Assert.Equal(1, manager.WaitForExit());
            Assert.Contains("cause=infrastructure", manager.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Over_ssh_a_build_that_uses_too_much_memory_is_killed_there_and_that_is_the_recipes_fault()
    {
        using TestFarm farm = Farm("all=$(head -c 300000000 /dev/zero | tr '\\0' a); sleep 300; echo ${#all}");
        using SshWorker worker = new(farm["ssh"]);
        Configure(farm, $"\"{Samples}/ssh.sh\", \"{{workdir}}\", \"{worker.Destination}\"");
        File.AppendAllText(farm["config.toml"], "[limits]\nmemory = \"150MiB\"\ncpus = 1\n");
        using ManagerProcess manager = new(
            farm,
            ["--config", farm["config.toml"], "--once", "--strict"],
            worker.Environment
        );
        Assert.Equal(1, manager.WaitForExit());
        Assert.Contains("cause=recipe", manager.Log, StringComparison.Ordinal);
        Assert.Contains(
            "the build used more than its limit of 157286400 bytes of memory",
            File.ReadAllText(farm["state/logs/1.log"]),
            StringComparison.Ordinal
        );
        Assert.Empty(worker.Builds());
        Assert.Empty(worker.Leftovers());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Over_ssh_a_build_ends_with_the_farm_that_wanted_it(string signal)
    {
        using TestFarm farm = Farm("echo started; sleep 300");
        using SshWorker worker = new(farm["ssh"]);
        Configure(farm, $"\"{Samples}/ssh.sh\", \"{{workdir}}\", \"{worker.Destination}\"");
        using ManagerProcess manager = new(farm, ["--config", farm["config.toml"], "--once"], worker.Environment);
        Wait(
            () =>
                File.Exists(farm["state/logs/1.log"])
                && File.ReadAllText(farm["state/logs/1.log"]).Contains("started", StringComparison.Ordinal),
            manager
        );
        Assert.NotEmpty(worker.Builds());
        if (signal == "TERM")
        {
            // Twice: the first lets the build end.
            manager.Signal("TERM");
            manager.WaitFor("draining");
            manager.Signal("TERM");
            manager.WaitForExit();
        }
        else
        {
            // The launcher, whose cleaning up is thereby lost.
            foreach (
                string pid in TestFarm
                    .RunTool("/usr/bin/pgrep", "-f", farm["state/stage"] + "/1/job " + worker.Destination)
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            )
            {
                TestFarm.Kill(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        Wait(() => worker.Builds().Count == 0, manager);
    }

    private static void Wait(Func<bool> condition, ManagerProcess manager)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), manager.Log);
            Thread.Sleep(50);
        }
    }
}
