using System.Diagnostics;
using System.Globalization;
using System.Text;
using Peipkg.Manager.Processes;

namespace Peipkg.Manager.Tests.Processes;

public sealed class ChildRunnerTests : IDisposable
{
    private static readonly ChildLimits Generous = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));

    // This process starts children by other means, too.
    private static readonly ChildRunner Runner = new(TimeProvider.System, killsAdopted: false);

    private readonly TemporaryDirectory _directory = new();
    private readonly BoundedOutput _stdout = new(1 << 20);
    private readonly TailOutput _stderr = new();

    public void Dispose() => _directory.Dispose();

    private Task<ChildResult> Shell(
        string script,
        ChildLimits? limits = null,
        IChildOutput? stdout = null,
        CancellationToken cancellation = default
    ) =>
        Runner.RunAsync(
            new ChildCommand(
                "/bin/sh",
                ["-c", script],
                _directory.Path,
                new Dictionary<string, string> { ["A"] = "b c", ["PATH"] = "/usr/bin:/bin" }
            ),
            stdout ?? _stdout,
            _stderr,
            limits ?? Generous,
            cancellation
        );

    private string Output => Encoding.UTF8.GetString(_stdout.Content);

    private static bool IsAlive(int pid) =>
        File.Exists($"/proc/{pid}/stat")
        && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z", StringComparison.Ordinal);

    private static void AssertGone(int pid)
    {
        for (int i = 0; i < 100 && IsAlive(pid); i++)
        {
            Thread.Sleep(20);
        }

        Assert.False(IsAlive(pid), $"process {pid} is still there");
    }

    [Fact]
    public async Task Output_exit_status_directory_and_exact_environment_are_those_asked_for()
    {
        ChildResult result = await Shell(
            "pwd; env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD= | sort; echo oops >&2; exit 3"
        );
        Assert.Equal(new ChildResult(ChildEnd.Exited, 3), result);
        Assert.Equal($"{_directory.Path}\nA=b c\nPATH=/usr/bin:/bin\n", Output);
        Assert.Equal("oops", _stderr.Text());
    }

    [Fact]
    public async Task Stdin_is_empty_and_signals_are_at_their_defaults()
    {
        await Shell("cat; grep -E 'SigIgn|SigBlk' /proc/self/status");
        Assert.All(
            Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.EndsWith("\t0000000000000000", line, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_child_over_its_time_is_stopped_with_everything_in_its_group()
    {
        Stopwatch watch = Stopwatch.StartNew();
        ChildResult result = await Shell(
            "sleep 1000 & echo $!; wait",
            Generous with
            {
                Total = TimeSpan.FromMilliseconds(300),
            }
        );
        Assert.Equal(ChildEnd.TimedOut, result.End);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.2, 60);
        AssertGone(int.Parse(Output, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_child_that_ignores_SIGTERM_is_killed_after_the_grace()
    {
        ChildResult result = await Shell(
            "trap '' TERM; echo $$; while :; do sleep 0.1; done",
            Generous with
            {
                Total = TimeSpan.FromMilliseconds(200),
                Grace = TimeSpan.FromMilliseconds(300),
            }
        );
        Assert.Equal(ChildEnd.TimedOut, result.End);
        AssertGone(int.Parse(Output, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_silent_child_is_stopped_and_a_talking_one_is_not()
    {
        // Seven times as long as a word takes: a machine that is busy with others holds it up.
        ChildLimits patient = Generous with
        {
            Silence = TimeSpan.FromMilliseconds(1400),
        };
        Assert.True((await Shell("for i in 1 2 3 4 5 6 7 8; do echo; sleep 0.2; done", patient)).Succeeded);
        ChildLimits limits = Generous with { Silence = TimeSpan.FromMilliseconds(500) };
        Assert.Equal(ChildEnd.Stalled, (await Shell("echo; sleep 60", limits)).End);
    }

    [Fact]
    public async Task What_waits_is_not_limited_before_it_has_begun_and_is_from_then_on()
    {
        string begun = _directory["begun"];
        ChildLimits limits = Generous with
        {
            Total = TimeSpan.FromMilliseconds(300),
            Silence = TimeSpan.FromMilliseconds(200),
            Start = new ChildStart(TimeSpan.FromMinutes(5), () => File.Exists(begun)),
        };
        Assert.True((await Shell("sleep 1", limits)).Succeeded);
        ChildEnd end = (await Shell($": > {begun}; sleep 1000", limits)).End;
        Assert.True(end is ChildEnd.TimedOut or ChildEnd.Stalled, end.ToString());
        ChildLimits impatient = limits with { Start = new ChildStart(TimeSpan.Zero, () => false) };
        ChildResult never = await Shell("sleep 1000", impatient);
        Assert.Equal(ChildEnd.NotBegun, never.End);
        Assert.Equal("had not begun the build after 0s and was stopped", never.Describe(impatient));
    }

    [Fact]
    public async Task Endless_output_stops_the_child_at_the_limit()
    {
        BoundedOutput small = new(100_000);
        ChildResult result = await Shell("yes", stdout: small);
        Assert.Equal(ChildEnd.TooMuchOutput, result.End);
        Assert.InRange(small.Content.Length, 0, 100_000);
    }

    [Fact]
    public async Task Cancelling_stops_the_child()
    {
        using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(200));
        Assert.Equal(ChildEnd.Cancelled, (await Shell("sleep 1000", cancellation: cancellation.Token)).End);
    }

    [Fact]
    public async Task What_a_child_leaves_in_the_background_is_killed_when_it_ends()
    {
        Stopwatch watch = Stopwatch.StartNew();
        Assert.True((await Shell("sleep 1000 & echo $!")).Succeeded);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60));
        AssertGone(int.Parse(Output, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_grandchild_in_another_session_that_holds_the_pipe_does_not_hold_up_the_end()
    {
        Stopwatch watch = Stopwatch.StartNew();
        Assert.True((await Shell("setsid sleep 40 & echo done")).Succeeded);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
        Assert.Equal("done\n", Output);
    }

    [Fact]
    public async Task A_signal_is_told_from_an_exit() =>
        Assert.Equal(new ChildResult(ChildEnd.Killed, 11), await Shell("kill -SEGV $$"));

    [Fact]
    public async Task Megabytes_on_both_pipes_arrive_whole()
    {
        BoundedOutput all = new(20_000_000);
        Assert.True(
            (await Shell("head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait", stdout: all)).Succeeded
        );
        Assert.Equal(10_000_000, all.Content.Length);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        ChildStartException e = await Assert.ThrowsAsync<ChildStartException>(() =>
            Runner.RunAsync(
                new ChildCommand("/nonexistent/git", [], "/", new Dictionary<string, string>()),
                _stdout,
                _stderr,
                Generous,
                default
            )
        );
        Assert.Contains("/nonexistent/git", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leftovers_of_a_killed_manager_are_found_by_their_mark_and_stopped()
    {
        using Process stubborn = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid", ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"])
            {
                Environment = { [Leftovers.Marker] = _directory.Path },
            }
        )!;
        using Process other = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid", ["/bin/sleep", "20"])
            {
                Environment = { [Leftovers.Marker] = _directory.Path + "2" },
            }
        )!;
        try
        {
            int count = await Leftovers.StopAsync(
                _directory.Path,
                Environment.ProcessId,
                TimeSpan.FromMilliseconds(300),
                TimeProvider.System,
                default
            );
            Assert.InRange(count, 1, 2);
            await stubborn.WaitForExitAsync();
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public async Task Scripts_that_outlived_manager_and_build_are_found_by_where_they_work()
    {
        string work = Directory.CreateDirectory(_directory["stage/7/tmp"]).FullName;
        using Process byDestination = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid", ["-w", "sleep", "100"]) { Environment = { ["DESTDIR"] = work } }
        )!;
        using Process byPlace = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid", ["-w", "env", "-i", "/bin/sleep", "100"])
            {
                WorkingDirectory = work,
            }
        )!;
        using Process outside = Process.Start(
            new ProcessStartInfo("/usr/bin/setsid", ["-w", "sleep", "300"])
            {
                Environment = { ["DESTDIR"] = _directory.Path + "2/stage" },
            }
        )!;
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            int found = 0;
            while (found < 2 && watch.Elapsed < TimeSpan.FromSeconds(90))
            {
                found += await Leftovers.StopAsync(
                    _directory.Path,
                    Environment.ProcessId,
                    TimeSpan.FromSeconds(5),
                    TimeProvider.System,
                    default
                );
            }

            await byDestination.WaitForExitAsync();
            await byPlace.WaitForExitAsync();
            Assert.False(outside.HasExited);
        }
        finally
        {
            outside.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_mark_in_the_managers_own_environment_harms_neither_its_parents_nor_its_session()
    {
        // The shell is the "manager": its parent and its sibling carry the mark as it does itself.
        using Process session = Process.Start(
            new ProcessStartInfo(
                "/usr/bin/setsid",
                ["-w", "/bin/sh", "-c", "sleep 300 & sh -c 'echo $$; exec sleep 300'; wait"]
            )
            {
                Environment = { [Leftovers.Marker] = _directory.Path },
                RedirectStandardOutput = true,
            }
        )!;
        try
        {
            int manager = int.Parse((await session.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);

            // setsid itself stays outside of the session it made, and is an ancestor.
            Assert.Equal(
                0,
                await Leftovers.StopAsync(
                    _directory.Path,
                    manager,
                    TimeSpan.FromSeconds(1),
                    TimeProvider.System,
                    default
                )
            );
            Assert.False(session.HasExited);
        }
        finally
        {
            session.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void Programs_are_found_on_PATH_first_then_beside_the_manager_and_only_when_executable()
    {
        string onPath = Directory.CreateDirectory(_directory["path"]).FullName;
        string beside = Directory.CreateDirectory(_directory["beside"]).FullName;
        ProgramFinder finder = new($"relative::{onPath}", beside);
        Assert.Null(finder.Find("tool"));
        File.WriteAllText(Path.Combine(onPath, "tool"), "");
        File.WriteAllText(Path.Combine(beside, "tool"), "");
        File.SetUnixFileMode(Path.Combine(beside, "tool"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(Path.Combine(beside, "tool"), finder.Find("tool"));
        File.SetUnixFileMode(Path.Combine(onPath, "tool"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(Path.Combine(onPath, "tool"), finder.Find("tool"));
    }
}
