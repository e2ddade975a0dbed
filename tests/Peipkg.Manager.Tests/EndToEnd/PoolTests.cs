using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Several places to build in: who builds what, and what becomes of builds when one is down.</summary>
[Trait("Speed", "slow")]
public sealed class PoolTests : IDisposable
{
    private const string Honest = "cd \"$1\" && xargs -0 peipkg-build < job.args || exit 1";

    private readonly TestFarm _farm = new();

    public void Dispose() => _farm.Dispose();

    private string Launcher(string name, string script)
    {
        File.WriteAllText(_farm[name], $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_farm[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _farm[name];
    }

    private void AddPool(string name, string script, string more = "") =>
        File.AppendAllText(
            _farm["config.toml"],
            $"[[pool]]\nname = \"{name}\"\nlauncher = [\"{Launcher("launch-" + name, script)}\", \"{{workdir}}\", \"{{architecture}}\"]\n{more}\n"
        );

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Tools.Manager, [.. arguments, "--config", _farm["config.toml"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = _farm.Search;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private string Ok(params string[] arguments)
    {
        (int code, string output) = Run(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}\n{output}");
        return output;
    }

    private IReadOnlyList<string> Attempts()
    {
        using ManagerDatabase database = ManagerDatabase.Open(_farm["state/manager.db"]);
        return
        [
            .. new AttemptStore(database)
                .Latest(null, null, 100)
                .Select(a => $"{a.Recipe} {a.Version} {a.Pool} {a.Result}"),
        ];
    }

    [Fact]
    public void A_pool_builds_what_it_takes_and_each_attempt_says_where()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.AddRecipe("arm", "arm", doc: false);
        _farm.AddRecipe("special", "special", doc: false);
        string recipe = _farm["recipes/arm/peipkg.toml"];
        File.WriteAllText(
            recipe,
            File.ReadAllText(recipe).Replace("\"noarch\"", "\"aarch64\"", StringComparison.Ordinal)
        );
        string note =
            $"cp \"$1/job.json\" \"{_farm.Path}/$(sed -n 's/.*\"recipe\": \"\\(.*\\)\",/\\1/p' \"$1/job.json\").json\"; ";
        AddPool("big", note + Honest, "recipes = [\"spec*\"]");
        AddPool(
            "arm",
            note + $"echo \"$2\" > {_farm["machine"]}; " + Honest,
            "architectures = [\"aarch64\"]\nrecipes = [\"arm\"]"
        );
        AddPool(
            "usual",
            note + $"env | cut -d= -f1 | sort > {_farm["seen"]}; " + Honest,
            "architectures = [\"x86_64\"]\nenvironment = [\"WANTED\", \"MISSING\"]"
        );
        _farm.Release("1.0");
        using (
            ManagerProcess manager = new(
                _farm,
                ["--config", _farm["config.toml"], "--once", "--strict"],
                new Dictionary<string, string> { ["WANTED"] = "1", ["OTHER_TOKEN"] = "hunter2hunter2" }
            )
        )
        {
            Assert.True(manager.WaitForExit() == 0, manager.Log);
        }

        Assert.Equal(
            ["arm 1.0-1 arm done", "hello 1.0-1 usual done", "special 1.0-1 big done"],
            Attempts().Order(StringComparer.Ordinal)
        );
        Assert.Equal("aarch64\n", File.ReadAllText(_farm["machine"]));
        Assert.Contains("\"architecture\": \"aarch64\"", File.ReadAllText(_farm["arm.json"]), StringComparison.Ordinal);
        Assert.Contains(
            "\"architecture\": \"x86_64\"",
            File.ReadAllText(_farm["hello.json"]),
            StringComparison.Ordinal
        );

        // The shell adds variables of its own; of the manager's there are the plain ones and the one that is named.
        string[] seen = File.ReadAllLines(_farm["seen"]);
        Assert.Contains("WANTED", seen);
        Assert.DoesNotContain("OTHER_TOKEN", seen);
        Assert.DoesNotContain("MISSING", seen);
        using JsonDocument history = JsonDocument.Parse(Ok("history", "arm", "--json"));
        Assert.Equal("arm", history.RootElement.GetProperty("builds")[0].GetProperty("pool").GetString());
        Assert.Matches(@"RESULT|POOL", Ok("history", "arm"));
    }

    [Fact]
    public void The_builds_of_a_pool_that_is_down_go_elsewhere_and_it_is_said_once()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.Release("1.0", "1.1", "1.2", "1.3", "1.4", "1.5");
        AddPool("down", "echo no route to the host; exit 75", "slots = 3");
        AddPool("up", Honest);
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 0, log);
        Assert.Equal(6, _farm.Published().Count);
        Assert.Single(Regex.Matches(log, "msg=\"pool is down"));
        Assert.Contains(
            "pool=down error=\"launcher launch-down ended with exit status 75\"",
            log,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("build failed", log, StringComparison.Ordinal);
        Assert.Equal(6, Attempts().Count(a => a.EndsWith("up done", StringComparison.Ordinal)));
        Assert.InRange(Attempts().Count(a => a.EndsWith("down interrupted", StringComparison.Ordinal)), 1, 3);
    }

    [Fact]
    public void Without_another_pool_builds_wait_and_none_has_failed()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.Release("1.0", "1.1", "1.2");
        AddPool("only", $"[ ! -e {_farm["broken"]} ] || exit 75; {Honest}");
        File.WriteAllText(_farm["broken"], "");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"pool is down");
        manager.WaitUntil(
            () => Ok("why", "hello").Contains("waits for pool only (down: ", StringComparison.Ordinal),
            "why"
        );
        string list = Ok("pool", "list");
        Assert.Matches(
            @"only +down +1 +0 +3 +any architecture +launcher launch-only ended with exit status 75 \(tried again ",
            list
        );
        manager.WaitUntil(
            () => Ok("status").Contains("pool only is down: launcher launch-only ended", StringComparison.Ordinal),
            "the trouble"
        );
        (int code, string output) = Run("pool", "test", "only");
        Assert.Equal(1, code);
        Assert.Contains(
            "pool only does not build: launcher launch-only ended with exit status 75",
            output,
            StringComparison.Ordinal
        );

        // Mended, it is not waited for.
        File.Delete(_farm["broken"]);
        Assert.Contains("came back whole", Ok("pool", "test", "only"), StringComparison.Ordinal);
        manager.WaitFor("msg=\"pool takes builds again\" pool=only");
        manager.WaitUntil(() => _farm.Published().Count == 3, "the packages");
        Assert.DoesNotContain("build failed", manager.Log, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(manager.Log, "msg=\"pool is down"));
        using JsonDocument status = JsonDocument.Parse(Ok("status", "--json"));
        Assert.Empty(status.RootElement.GetProperty("failures").EnumerateObject());
        Assert.Equal("up", status.RootElement.GetProperty("pools")[0].GetProperty("state").GetString());
    }

    [Fact]
    public void A_build_that_fails_in_a_pool_that_builds_is_what_failed()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.Release("1.0");
        AddPool("good", $"grep -q '\"recipe\": \"hello\"' \"$1/job.json\" && exit 75; {Honest}");
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 1, log);
        Assert.Contains("build failed", log, StringComparison.Ordinal);
        Assert.Contains("cause=infrastructure", log, StringComparison.Ordinal);
        Assert.DoesNotContain("pool is down", log, StringComparison.Ordinal);
        Assert.Equal(["hello 1.0-1 good failed"], Attempts());
    }

    [Fact]
    public void A_drained_pool_begins_nothing_until_it_is_resumed()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.Release("1.0");
        AddPool("only", Honest, "slots = 2");
        Assert.Equal(0, _farm.Once().ExitCode);
        Ok("pool", "drain", "only", "--reason", "new disk");
        _farm.Release("1.1");
        Assert.Equal(1, _farm.Once().ExitCode);
        Assert.Single(Attempts());
        Assert.Contains("drained", Ok("pool", "list"), StringComparison.Ordinal);
        Assert.Contains("pool only is drained: new disk", Ok("status"), StringComparison.Ordinal);
        Ok("pool", "resume", "only");
        Assert.Equal(
            (
                1,
                "peipkg-manager: error: pool only is not drained; to try one that is down, \"peipkg-manager pool test only\"\n"
            ),
            Run("pool", "resume", "only")
        );
        Assert.Equal(0, _farm.Once().ExitCode);
        Assert.Equal(2, _farm.Published().Count);
        Assert.Contains(
            "there is no pool \"onyl\" (did you mean \"only\"?)",
            Run("pool", "drain", "onyl").Output,
            StringComparison.Ordinal
        );
        foreach (
            string[] wrong in (string[][])
                [
                    ["pool", "drain"],
                    ["pool", "list", "only"],
                    ["pool", "burn", "only"],
                    ["pool", "test", "only", "--reason", "x"],
                ]
        )
        {
            Assert.Equal(2, Run(wrong).ExitCode);
        }

        Assert.Contains(
            "no manager is running, and only it",
            Run("pool", "test", "only").Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Check_config_finds_recipes_that_no_pool_takes_and_launchers_that_are_not_there()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.AddRecipe("other", "other", doc: false);
        AddPool("some", Honest, "recipes = [\"h*\"]");
        (int code, string output) = Run("check-config");
        Assert.Equal(1, code);
        Assert.Contains(
            "recipe other waits for a pool that takes it: no [[pool]] has recipes and architectures for other (noarch)",
            output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("recipe hello", output, StringComparison.Ordinal);
        AddPool("all", Honest);
        Ok("check-config");
        File.Delete(_farm["launch-all"]);
        Assert.Contains(
            "[[pool]] all: there is no launcher " + _farm["launch-all"],
            Run("check-config").Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_time_of_a_build_counts_from_when_its_launcher_says_that_it_has_begun()
    {
        _farm.AddRecipe("hello", "greeting", doc: false);
        _farm.Release("1.0");

        // It waits for longer than the build may be silent, and begins in time.
        AddPool("queue", $"sleep 5; : > \"$1/begun\"; {Honest}", "queue = \"10m\"");
        File.AppendAllText(_farm["config.toml"], "[limits]\nsilence = \"3s\"\n");
        (int exit, string log) = _farm.Once();
        Assert.True(exit == 0, log);

        // It never begins: nobody's recipe is at fault.
        File.WriteAllText(
            _farm["config.toml"],
            File.ReadAllText(_farm["config.toml"]).Replace("\"10m\"", "\"1s\"", StringComparison.Ordinal)
        );
        Launcher("launch-queue", "sleep 60");
        _farm.Release("1.1");
        (exit, log) = _farm.Once();
        Assert.Equal(1, exit);
        Assert.Contains(
            "cause=infrastructure error=\"launcher launch-queue had not begun the build after 1s and was stopped\"",
            log,
            StringComparison.Ordinal
        );
    }
}
