using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>Every subcommand that the program says it has: help, manual, completions, reference and JSON.</summary>
[Trait("Speed", "slow")]
public sealed partial class CommandTableTests : IDisposable
{
    // What every program has; what they print is not JSON.
    private static readonly string[] Common = ["help", "completion", "man"];

    private readonly TestFarm _farm = new();

    public void Dispose() => _farm.Dispose();

    private (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Tools.Manager, arguments)
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

    private string[] Commands() =>
        [
            .. Command()
                .Matches(Ok("help")[Ok("help").IndexOf("Commands:", StringComparison.Ordinal)..])
                .Select(m => m.Groups[1].Value)
                .Except(Common),
        ];

    [Fact]
    public void Every_command_has_help_a_manual_completions_a_reference_and_json()
    {
        string manual = Ok("man");
        string reference = File.ReadAllText(Path.Combine(Tools.Root, "docs", "cli-reference.md"));
        string suggested = Ok("[suggest]", "");
        string[] commands = Commands();
        Assert.True(commands.Length >= 15, string.Join(' ', commands));
        foreach (string command in commands)
        {
            string help = Ok(command, "--help");
            Assert.Equal(help, Ok("help", command));
            Assert.Equal(help, Ok(command, "-h"));
            Assert.Contains("peipkg-manager " + command, help, StringComparison.Ordinal);
            Assert.Contains("--json", help, StringComparison.Ordinal);
            Assert.Contains("--config", help, StringComparison.Ordinal);
            Assert.Contains(command.Replace("-", "\\-", StringComparison.Ordinal), manual, StringComparison.Ordinal);
            Assert.Contains($"{command}\t", suggested, StringComparison.Ordinal);
            Assert.Contains($"## `peipkg-manager {command}`\n", reference, StringComparison.Ordinal);
            Assert.Equal(2, Run(command, "--no-such-option").ExitCode);
        }
    }

    [Fact]
    public void Every_command_answers_in_json_while_the_manager_runs()
    {
        string wait = $"while [ ! -e {_farm["go"]} ]; do sleep 0.1; done; exit 1";
        _farm.AddRecipe("other", "other");
        _farm.Release("1.0");
        Assert.Equal(0, _farm.Once().ExitCode);
        _farm.AddRecipe("hello", "greeting", script: wait);
        _farm.Release("2.0");

        // In this order; what each answers has this field.
        (string[] Words, string Field)[] table =
        [
            (["status"], "farm_id"),
            (["recipes"], "recipes"),
            (["history"], "builds"),
            (["history", "hello", "--limit", "1"], "events"),
            (["why", "hello"], "versions"),
            (["why", "hello@2.0"], "versions"),
            (["log", "hello@2.0-1"], "line"),
            (["pause", "--reason", "a test"], "message"),
            (["build", "hello@1.0"], "changed"),
            (["rebuild", "other", "--reason", "a test", "--dry-run"], "message"),
            (["release", "other"], "changed"),
            (["cancel", "hello@1.0-1", "--reason", "a test"], "changed"),
            (["retry", "hello@1.0"], "changed"),
            (["reject", "hello@1.0"], "changed"),
            (["resume"], "message"),
            (["pool", "list"], "pools"),
            (["try"], "trials"),
            (["ack", "clock", "--reason", "a test", "--until", "48h"], "changed"),
            (["gc", "--dry-run"], "message"),
            (["backup", _farm["copy.db"]], "changed"),
            (["check-config"], "valid"),
            (["reload"], "message"),
            (["drain"], "message"),
        ];
        Assert.Equal(
            Commands().Order(StringComparer.Ordinal),
            table.Select(row => row.Words[0]).Distinct().Order(StringComparer.Ordinal)
        );
        Ok("pause", "other", "--config", _farm["config.toml"]);
        using (ManagerDatabase database = ManagerDatabase.Open(_farm["state/manager.db"]))
        {
            database.Write(session => session.Execute("UPDATE build SET state = 'held' WHERE recipe = 'other'"));
        }

        using ManagerProcess manager = _farm.Start();
        manager.WaitFor("msg=\"starting build\" recipe=hello");
        manager.WaitUntil(
            () =>
                Directory
                    .EnumerateFiles(_farm["state/logs"])
                    .Any(log => File.ReadAllText(log).Contains("building hello 2.0-1", StringComparison.Ordinal)),
            "a log"
        );
        foreach ((string[] words, string field) in table)
        {
            string output = Ok([.. words, "--json", "--config", _farm["config.toml"]]);
            foreach (
                string document in words[0] == "log"
                    ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    : [output]
            )
            {
                using JsonDocument json = JsonDocument.Parse(document);
                Assert.True(json.RootElement.TryGetProperty(field, out _), $"{string.Join(' ', words)}: {document}");
            }
        }

        File.WriteAllText(_farm["go"], "");
        Assert.Equal(0, manager.WaitForExit());
    }

    [Fact]
    public void What_failed_builds_leave_is_kept_as_long_as_is_said()
    {
        _farm.AddRecipe("bad", "broken", script: "echo kept > left; exit 1");
        _farm.Release("1.0");
        File.AppendAllText(_farm["config.toml"], "[retention]\nstages = \"1h\"\n");
        Assert.Equal(1, _farm.Once().ExitCode);
        string kept = Assert.Single(Directory.GetDirectories(_farm["state/failed"]));
        Assert.Contains("nothing to remove", Ok("gc", "--config", _farm["config.toml"]), StringComparison.Ordinal);
        Directory.SetLastWriteTimeUtc(kept, DateTime.UtcNow.AddHours(-2));
        Assert.Contains(
            "would be removed",
            Ok("gc", "--dry-run", "--config", _farm["config.toml"]),
            StringComparison.Ordinal
        );
        Assert.True(Directory.Exists(kept));
        Assert.Contains("1 item", Ok("gc", "--config", _farm["config.toml"]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(kept));
    }

    [Fact]
    public void Another_user_is_turned_away_from_the_socket_whatever_its_mode()
    {
        if (Environment.UserName != "root")
        {
            // Only root can be somebody else.
            return;
        }

        using ManagerProcess manager = _farm.Start();
        manager.WaitUntil(() => File.Exists(_farm["state/manager.sock"]), "the socket");
        Assert.Contains("farm-1", Ok("status", "--config", _farm["config.toml"]), StringComparison.Ordinal);
        const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;
        foreach (string path in (string[])[_farm.Path, _farm["state"], _farm["state/manager.sock"]])
        {
            File.SetUnixFileMode(path, Everybody);
        }

        ProcessStartInfo start = new(
            "/usr/bin/setpriv",
            [
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "curl",
                "--silent",
                "--max-time",
                "20",
                "--unix-socket",
                _farm["state/manager.sock"],
                "--data",
                "{\"command\":\"drain\"}",
                "http://manager/operate",
            ]
        )
        {
            RedirectStandardOutput = true,
        };
        using Process stranger = Process.Start(start)!;
        Assert.Equal("", stranger.StandardOutput.ReadToEnd());
        stranger.WaitForExit();
        Assert.NotEqual(0, stranger.ExitCode);
        manager.WaitFor("msg=\"a stranger was turned away from the control socket\" user=65534");
        Assert.False(manager.HasExited);
    }

    [Fact]
    public void A_state_directory_with_a_path_too_long_for_a_socket_works_all_the_same()
    {
        string state = _farm[
            string.Create(CultureInfo.InvariantCulture, $"{new string('d', 90)}/{new string('e', 60)}")
        ];
        File.WriteAllText(
            _farm["config.toml"],
            File.ReadAllText(_farm["config.toml"]).Replace(_farm["state"], state, StringComparison.Ordinal)
        );
        using ManagerProcess manager = _farm.Start();
        manager.WaitUntil(
            () =>
                File.Exists(state + "/manager.sock")
                && File.GetUnixFileMode(state + "/manager.sock") == (UnixFileMode.UserRead | UnixFileMode.UserWrite),
            "the socket"
        );
        Assert.Contains($"pid {manager.Id}", Ok("status", "--config", _farm["config.toml"]), StringComparison.Ordinal);
        Ok("drain", "--config", _farm["config.toml"]);
        Assert.Equal(0, manager.WaitForExit());
        Assert.False(File.Exists(state + "/manager.sock"));
    }

    [GeneratedRegex("^  ([a-z][a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
