using System.Diagnostics;
using System.Text.Json;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>The operator's commands, each as its own process, against a real daemon and beside one that does not run.</summary>
[Trait("Speed", "slow")]
public sealed class OperatorTests : IDisposable
{
    private readonly TestFarm _farm = new();

    public void Dispose() => _farm.Dispose();

    private (int ExitCode, string Output, string Errors) Run(params string[] arguments)
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
        return (process.ExitCode, output, errors.Result);
    }

    private string Ok(params string[] arguments)
    {
        (int code, string output, string errors) = Run(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}\n{output}{errors}");
        return output;
    }

    private JsonElement Json(params string[] arguments)
    {
        using JsonDocument document = JsonDocument.Parse(Ok([.. arguments, "--json"]));
        return document.RootElement.Clone();
    }

    private string Refused(params string[] arguments)
    {
        (int code, _, string errors) = Run(arguments);
        Assert.True(code == 1, $"{string.Join(' ', arguments)}: {code}\n{errors}");
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        return errors;
    }

    private static void Wait(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(90), "it never came to be");
            Thread.Sleep(100);
        }
    }

    [Fact]
    public void Troubles_are_shown_with_remedies_and_counted_until_they_are_acknowledged()
    {
        _farm.AddRecipe("bad", "broken", script: "exit 1");
        _farm.AddRecipe("good", "greeting");
        _farm.Release("1.0");
        using ManagerProcess once = _farm.Start("--once");
        once.WaitForExit();
        Ok("pause", "good", "--reason", "a holiday");
        string[] keys =
        [
            .. Json("status").GetProperty("troubles").EnumerateArray().Select(t => t.GetProperty("key").GetString()!),
        ];
        Assert.Equal(["manager", "failing:bad", "paused:good"], keys);
        string shown = Ok("status");
        Assert.Contains("problem     no manager is running", shown, StringComparison.Ordinal);
        Assert.Contains("→ peipkg-manager log ", shown, StringComparison.Ordinal);
        Assert.Contains("→ peipkg-manager resume good", shown, StringComparison.Ordinal);

        Assert.Contains("did you mean", Refused("ack", "failing:bda"), StringComparison.Ordinal);
        Assert.Contains(
            "over already",
            Refused("ack", "failing:bad", "--until", "2020-01-01"),
            StringComparison.Ordinal
        );
        Assert.Equal(2, Run("ack", "failing:bad", "--until", "tomorrow").ExitCode);
        Ok("ack", "failing:bad", "--reason", "known upstream", "--until", "48h");
        JsonElement last = Json("status").GetProperty("troubles").EnumerateArray().Last();
        Assert.Equal(
            ("failing:bad", "known upstream"),
            (last.GetProperty("key").GetString(), last.GetProperty("acknowledged").GetString())
        );
        Assert.Contains("known       ", Ok("status"), StringComparison.Ordinal);
        Assert.Contains("acknowledged", Ok("history"), StringComparison.Ordinal);
        Assert.Contains("the clock is right", Ok("ack", "clock"), StringComparison.Ordinal);
        Assert.Contains("clock: by an operator", Ok("history"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_command_does_has_its_users_name_in_the_history()
    {
        _farm.AddRecipe("good", "greeting");
        using (ManagerProcess manager = _farm.Start())
        {
            manager.WaitUntil(() => Run("status").ExitCode == 0, "the manager answers");
            Ok("pause", "good");
            manager.WaitFor($"msg=\"an operator acted\" act=pause about=good by={Environment.UserName} ");
            manager.Kill();
            manager.WaitForExit();
        }

        Ok("resume", "good");
        Assert.Equal(
            [$"resumed {Environment.UserName}", $"paused {Environment.UserName}"],
            Json("history", "good")
                .GetProperty("events")
                .EnumerateArray()
                .Take(2)
                .Select(e => $"{e.GetProperty("kind")} {e.GetProperty("by")}")
        );
        Assert.Contains("BY", Ok("history"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_that_has_ended_cannot_be_cancelled_and_its_version_stays_what_it_is()
    {
        _farm.AddRecipe("bad", "broken", script: "exit 1");
        _farm.Release("1.0");
        using ManagerProcess once = _farm.Start("--once");
        once.WaitForExit();
        Assert.Contains("nothing was changed", Refused("cancel", "1"), StringComparison.Ordinal);
        Assert.Contains("nothing was changed", Refused("reject", "1"), StringComparison.Ordinal);
        Assert.Contains(
            "failed",
            Json("why", "bad").GetProperty("versions")[0].GetProperty("state").GetString(),
            StringComparison.Ordinal
        );
        _farm.MakeDue();
        JsonElement waiting = Json("status").GetProperty("queue").EnumerateArray().Single();
        Assert.Equal(
            ("1.0-1", 1),
            (waiting.GetProperty("version").GetString(), waiting.GetProperty("failures").GetInt32())
        );
        Assert.Equal("1.0-1", Json("recipes").GetProperty("recipes")[0].GetProperty("newest").GetString());
        Ok("cancel", "bad@1.0-1");
        Assert.Empty(Json("status").GetProperty("queue").EnumerateArray());
    }

    [Fact]
    public void Two_recipes_of_one_package_are_a_mistake_of_the_configuration()
    {
        _farm.AddRecipe("one", "greeting", doc: false);
        Assert.Equal(0, Run("check-config").ExitCode);
        _farm.AddRecipe("two", "greeting", doc: false);
        Assert.Contains(
            "the recipes one and two all make the package greeting",
            Refused("check-config"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_running_farm_is_looked_at_and_led()
    {
        _farm.AddRecipe("bad", "broken", script: "echo 'the compiler says no'; exit 1");
        _farm.AddRecipe("good", "greeting");
        Directory.CreateDirectory(_farm["recipes/wrong"]);
        File.WriteAllText(_farm["recipes/wrong/peipkg.toml"], "nonsense = [");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"build failed\" recipe=bad");
        manager.WaitFor("build \\+ publish complete\" recipe=good");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_farm["state/manager.sock"]));

        JsonElement status = Json("status");
        Assert.Equal(manager.Id, status.GetProperty("process").GetProperty("pid").GetInt32());
        Assert.Equal(1, status.GetProperty("failures").GetProperty("bad@1.0-1").GetProperty("failures").GetInt32());
        Assert.Contains("bad@1.0-1", Ok("status"), StringComparison.Ordinal);

        JsonElement recipes = Json("recipes");
        Assert.Equal(
            ["bad", "good"],
            recipes.GetProperty("recipes").EnumerateArray().Select(r => r.GetProperty("name").GetString())
        );
        Assert.Equal("1.0-1", recipes.GetProperty("recipes")[1].GetProperty("published").GetString());
        Assert.Equal("wrong", recipes.GetProperty("broken")[0].GetProperty("name").GetString());
        Assert.Contains("Cannot be used", Ok("recipes"), StringComparison.Ordinal);

        JsonElement history = Json("history", "bad");
        JsonElement build = history.GetProperty("builds").EnumerateArray().Single();
        Assert.Equal(
            ("failed", "recipe"),
            (build.GetProperty("result").GetString(), build.GetProperty("cause").GetString())
        );
        Assert.Contains("failed (recipe)", Ok("history"), StringComparison.Ordinal);

        string number = build
            .GetProperty("build")
            .GetInt64()
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("the compiler says no", Ok("log", number), StringComparison.Ordinal);
        Assert.Contains("the compiler says no", Ok("log", "bad@1.0-1"), StringComparison.Ordinal);
        Assert.Contains(
            "{\"build\":" + number + ",\"line\":\"the compiler says no\"}",
            Ok("log", "bad", "--json"),
            StringComparison.Ordinal
        );

        Assert.Contains("tried again at", Ok("why", "bad@1.0"), StringComparison.Ordinal);
        Assert.Contains(
            "published",
            Json("why", "good").GetProperty("versions")[0].GetProperty("verdict").GetString(),
            StringComparison.Ordinal
        );
        Assert.Contains("cannot be used", Ok("why", "wrong"), StringComparison.Ordinal);
        Assert.Contains("did you mean", Refused("why", "goood"), StringComparison.Ordinal);
        Assert.Contains("raise peios_revision", Refused("build", "good"), StringComparison.Ordinal);

        Assert.Equal("bad@1.0-1", Json("retry", "bad").GetProperty("changed")[0].GetString());
        Wait(() => Json("history", "bad").GetProperty("builds").GetArrayLength() == 2);
        Wait(() =>
            Json("history", "bad").GetProperty("builds")[0].GetProperty("result").ValueKind == JsonValueKind.String
        );
        Assert.Contains(
            "rejected",
            Ok("reject", "bad@1.0-1", "--reason", "we do not want it"),
            StringComparison.Ordinal
        );
        Assert.Contains("we do not want it", Ok("why", "bad@1.0-1"), StringComparison.Ordinal);
        Assert.Contains("ends when", Ok("drain"), StringComparison.Ordinal);
        Assert.Equal(0, manager.WaitForExit());
        Assert.False(File.Exists(_farm["state/manager.sock"]));
    }

    [Fact]
    public async Task A_running_build_is_followed_and_cancelled()
    {
        _farm.AddRecipe(
            "slow",
            "greeting",
            script: "printf 'evil \\033[31mred\\n'; while [ ! -e /nowhere ]; do sleep 0.1; done"
        );
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"starting build\" recipe=slow");
        Wait(() => Ok("log", "slow").Contains("evil", StringComparison.Ordinal));
        Assert.Contains("evil \\x1b[31mred", Ok("log", "slow"), StringComparison.Ordinal);
        Assert.Contains("evil \u001b[31mred", Ok("log", "slow", "--raw"), StringComparison.Ordinal);
        Assert.Contains("is being built", Ok("why", "slow"), StringComparison.Ordinal);
        Task<string> following = Task.Run(() => Ok("log", "--follow", "slow"));
        Assert.Contains("being stopped", Ok("cancel", "slow", "--reason", "too slow"), StringComparison.Ordinal);
        Assert.Contains("evil", await following, StringComparison.Ordinal);
        Wait(() => Json("why", "slow").GetProperty("versions")[0].GetProperty("state").GetString() == "cancelled");
        Assert.Contains("too slow", Ok("why", "slow"), StringComparison.Ordinal);
        Assert.Contains("nothing", Refused("cancel", "slow"), StringComparison.Ordinal);
        manager.Signal("TERM");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 143)]
    public void A_log_is_followed_until_the_first_signal(string signal, int code)
    {
        _farm.AddRecipe("slow", "greeting", script: "echo begun; while [ ! -e /nowhere ]; do sleep 0.1; done");
        _farm.Release("1.0");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"starting build\" recipe=slow");
        Wait(() => Run("log", "slow").Output.Contains("begun", StringComparison.Ordinal));
        using ManagerProcess log = _farm.Start("log", "slow", "--follow");
        log.WaitFor("begun");
        log.Signal(signal);
        Assert.Equal(code, log.WaitForExit());
        Assert.DoesNotContain("error", log.Log, StringComparison.Ordinal);
        Assert.False(manager.HasExited);
    }

    private string Shell(string command)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", command]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = _farm.Search;
        start.Environment["MANAGER"] = $"{Tools.Manager} --config {_farm["config.toml"]}";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), $"{command} does not end");
        return output.Result;
    }

    [Fact]
    public void A_terminal_gets_lines_of_its_width_and_times_in_words_and_a_reader_that_goes_ends_what_follows()
    {
        _farm.AddRecipe("bad", "broken", script: "exit 1");
        _farm.AddRecipe("slow", "greeting", script: "while [ ! -e /nowhere ]; do echo tick; sleep 0.1; done");
        _farm.Release("1.0");
        File.AppendAllText(_farm["config.toml"], "[build]\nparallel = 2\n");
        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"starting build\" recipe=slow");
        manager.WaitFor("msg=\"build failed\" recipe=bad");
        foreach (string command in (string[])["status", "recipes", "history", "why bad"])
        {
            string shown = Shell($"script -qec \"stty cols 80; $MANAGER {command}\" /dev/null < /dev/null")
                .Replace("\r", "", StringComparison.Ordinal);
            Assert.Contains("bad", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b", shown, StringComparison.Ordinal);
            Assert.All(
                shown.Split('\n').Where(line => line.Trim().Contains(' ', StringComparison.Ordinal)),
                line => Assert.InRange(line.Length, 0, 80)
            );
            if (command != "why bad")
            {
                Assert.Matches("[0-9] (s|min) ago", shown);
            }

            // For a program each row is one line, with whole times.
            Assert.Matches(" 20[0-9]{2}-[0-9-]+T[0-9:]+Z", Shell("$MANAGER " + command));
        }

        Assert.Matches("^== .*\n$", Shell("$MANAGER log slow --follow | head -n 1"));
        Assert.False(manager.HasExited);
    }

    [Fact]
    public void Shells_complete_the_names_of_recipes()
    {
        _farm.AddRecipe("libstdc++", "libstdc++");
        _farm.AddRecipe("zlib", "zlib");
        Directory.CreateDirectory(_farm["recipes/notes"]);
        Assert.Equal(
            "libstdc++\t\nzlib\t\n",
            Shell($"{Tools.Manager} '[suggest]' --config {_farm["config.toml"]} why ''")
        );
        Assert.Equal("", Shell($"{Tools.Manager} '[suggest]' --config /nowhere why '' 2>&1"));
        File.WriteAllText(
            _farm["bin/peipkg-manager"],
            $"#!/bin/sh\nfirst=$1\nshift\nexec {Tools.Manager} \"$first\" --config {_farm["config.toml"]} \"$@\"\n"
        );
        File.SetUnixFileMode(_farm["bin/peipkg-manager"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(
            _farm["complete.bash"],
            """
            eval "$(peipkg-manager completion bash)"
            COMP_WORDS=(peipkg-manager why li) COMP_CWORD=2
            _peipkg_manager
            echo "${COMPREPLY[@]}"
            """
        );
        Assert.Equal("libstdc++\n", Shell($"bash {_farm["complete.bash"]}"));
        Assert.Equal(
            "libstdc++\n",
            Shell(
                "fish --no-config -c 'peipkg-manager completion fish | source; complete -C \"peipkg-manager retry li\"'"
            )
        );
        File.WriteAllText(
            _farm["complete.zsh"],
            """
            compset() { : }
            compdef() { : }
            _describe() { print -r -- "${(P@)2}" }
            source <(peipkg-manager completion zsh)
            words=(peipkg-manager pause '') CURRENT=3 PREFIX=
            _peipkg-manager
            """
        );
        Assert.Equal("libstdc++: zlib:\n", Shell($"zsh -f {_farm["complete.zsh"]}"));
    }

    [Fact]
    public void What_is_decided_while_no_manager_runs_holds_when_one_does()
    {
        Assert.Contains("no manager has run", Refused("status"), StringComparison.Ordinal);
        _farm.AddRecipe("hello", "greeting");
        Assert.Equal(0, _farm.Once().ExitCode);
        Assert.Equal(JsonValueKind.Null, Json("status").GetProperty("process").ValueKind);
        Assert.Contains("not running", Ok("status"), StringComparison.Ordinal);
        Assert.Contains("hello", Ok("recipes"), StringComparison.Ordinal);
        Ok("pause", "hello", "--reason", "the upstream is being sorted out");
        Assert.Contains("being sorted out", Ok("why", "hello"), StringComparison.Ordinal);
        _farm.Release("1.0");
        Assert.Equal(0, _farm.Once().ExitCode);
        Assert.Empty(_farm.Published());
        Assert.Contains("not paused", Refused("resume"), StringComparison.Ordinal);
        Ok("resume", "hello");
        Assert.Equal(0, _farm.Once().ExitCode);
        Assert.Equal(TestFarm.Expected("greeting", "1.0"), _farm.Published());
        Assert.Contains("no manager is running", Refused("drain"), StringComparison.Ordinal);

        Ok("backup", _farm["copy.db"]);
        Assert.Contains("exists already", Refused("backup", _farm["copy.db"]), StringComparison.Ordinal);
        File.Delete(_farm["state/manager.db"]);
        File.Delete(_farm["state/manager.db-wal"]);
        File.Delete(_farm["state/manager.db-shm"]);
        File.Move(_farm["copy.db"], _farm["state/manager.db"]);
        Assert.Contains("1.0-1", Ok("history"), StringComparison.Ordinal);

        Assert.Contains("nothing to remove", Ok("gc"), StringComparison.Ordinal);
        File.AppendAllText(_farm["config.toml"], "[retention]\nlog_size = \"1B\"\n");
        Assert.Contains("would be removed", Ok("gc", "--dry-run"), StringComparison.Ordinal);
        Assert.Equal("logs/1.log", Json("gc").GetProperty("changed")[0].GetString());
        Assert.Contains("[retention]", Refused("log", "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_is_checked_with_all_its_problems()
    {
        _farm.AddRecipe("hello", "greeting");
        Assert.Contains("in order; 1 recipe", Ok("check-config"), StringComparison.Ordinal);
        Assert.True(Json("check-config").GetProperty("valid").GetBoolean());
        File.Delete(_farm["key"]);
        File.AppendAllText(_farm["recipes/hello/peipkg.toml"], "[watch]\nwrong = 1\n");
        string errors = Refused("check-config");
        Assert.Contains("key_file", errors, StringComparison.Ordinal);
        Assert.Contains("wrong", errors, StringComparison.Ordinal);
        File.AppendAllText(_farm["config.toml"], "[nonsense]\n");
        Assert.Contains("nonsense", Refused("check-config"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "--no-such-option")]
    [InlineData("retry")]
    [InlineData("retry", "--all", "hello")]
    [InlineData("history", "--limit", "none")]
    [InlineData("statsu")]
    public void Words_that_mean_nothing_are_usage_errors(params string[] arguments) =>
        Assert.Equal(2, Run(arguments).ExitCode);
}
