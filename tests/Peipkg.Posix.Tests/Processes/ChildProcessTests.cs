using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Processes;

namespace Peipkg.Posix.Tests.Processes;

public sealed class ChildProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("peipkg-child-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("exit 0", "exited with status 0")]
    [InlineData("exit 3", "exited with status 3")]
    [InlineData("kill -SEGV $$", "was killed by SIGSEGV")]
    [InlineData("kill -KILL $$", "was killed by SIGKILL")]
    public void Tells_how_a_process_ended(string script, string expected) =>
        Assert.Equal(expected, Run(script).Exit.ToString());

    [Fact]
    public void The_environment_is_exactly_what_was_given()
    {
        (ChildExit exit, string output) = Run("tr '\\0' '\\n' < /proc/$$/environ");
        Assert.True(exit.IsSuccess);
        Assert.Equal("A=1\nPATH=/usr/bin:/bin\n", output);
    }

    [Fact]
    public void Standard_input_is_empty_and_the_directory_is_the_one_given() =>
        Assert.Equal(_directory + "\n0\n", Run("pwd; wc -c").Output);

    [Fact]
    public void It_leads_its_own_session_with_no_signal_ignored_or_blocked()
    {
        string output = Run(
            "cut -d' ' -f6 /proc/$$/stat; echo $$; grep -E 'Sig(Ign|Blk)' /proc/self/status | cut -f2"
        ).Output;
        string[] lines = output.Split('\n');
        Assert.Equal(lines[1], lines[0]);
        Assert.Equal(["0000000000000000", "0000000000000000"], lines[2..4]);
    }

    [Fact]
    public void Output_and_errors_into_one_stream_keep_their_order() =>
        Assert.Equal("1\n2\n3\n4\n", Run("echo 1; echo 2 >&2; echo 3; echo 4 >&2").Output);

    [Fact]
    public void Output_and_errors_can_be_told_apart()
    {
        BoundedOutputStream output = new(100);
        BoundedOutputStream error = new(100);
        ChildProcess.Run(
            Options("echo out; echo err >&2") with
            {
                StandardOutput = output,
                StandardError = error,
            },
            default
        );
        Assert.Equal(("out\n", "err\n"), (output.Text(), error.Text()));
    }

    [Fact]
    public void Endless_output_is_bounded_to_its_end()
    {
        BoundedOutputStream output = new(1000);
        ChildExit exit = ChildProcess.Run(
            Options("seq 1 200000") with
            {
                StandardOutput = output,
                StandardError = output,
            },
            default
        );
        Assert.True(exit.IsSuccess);
        Assert.Equal(1288895, output.TotalBytes);
        Assert.EndsWith("\n199999\n200000\n", output.Text(), StringComparison.Ordinal);
        Assert.Equal(1000, output.ToArray().Length);
    }

    [Fact]
    public void A_stream_that_cannot_be_written_fails_the_run_but_does_not_hang_it()
    {
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        IOException exception = Assert.Throws<IOException>(() =>
            ChildProcess.Run(Options("seq 1 100000") with { StandardOutput = full }, default)
        );
        Assert.Contains("/bin/sh could not be written", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sleep 300 & echo $!")]
    [InlineData("(sleep 300 & echo $!)")]
    [InlineData("setsid sleep 300 & sleep 0.1; echo $!")]
    [InlineData("setsid sh -c 'setsid sh -c \"echo \\$\\$; exec sleep 300\" & exit 0' & sleep 0.2")]
    [InlineData("sh -c 'trap \"\" TERM HUP INT; echo $$; while :; do sleep 1; done' & sleep 0.1")]
    public void What_a_process_leaves_behind_is_killed(string script)
    {
        (ChildExit exit, string output) = Run(script);
        Assert.True(exit.IsSuccess);
        int pid = int.Parse(output.Trim(), CultureInfo.InvariantCulture);
        Assert.False(Directory.Exists($"/proc/{pid}"), $"process {pid} is still there");
        Assert.True(exit.LeftOver > 0);
    }

    [Theory]
    [InlineData("sleep 0.3 & exit 0")]
    [InlineData("setsid sleep 0.3 & sleep 0.1")]
    [InlineData("(sleep 0.2; :) | : &")]
    public void What_ends_by_itself_a_moment_later_was_not_left_behind(string script)
    {
        (ChildExit exit, _) = Run(script);
        Assert.True(exit.IsSuccess);
        Assert.Equal(0, exit.LeftOver);
    }

    [Fact]
    public void Orphans_that_ended_are_reaped_while_the_script_runs()
    {
        const string Script =
            "for i in $(seq 300); do (true &); done; sleep 0.3; grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l";
        Assert.InRange(int.Parse(Run(Script).Output.Trim(), CultureInfo.InvariantCulture), 0, 20);
    }

    [Fact]
    public async Task Orphans_are_reaped_beside_a_child_that_nobody_has_reaped_yet()
    {
        // The other child has ended and waits for what it left behind to settle: the kernel names it first all the time.
        Task<ChildExit> other = ChildProcess.RunAsync(Options("(sleep 0.8 &); exit 3"), default);
        const string Script =
            "sleep 0.2; for i in $(seq 50); do (true &); done; sleep 0.2; grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l";
        Assert.InRange(int.Parse(Run(Script).Output.Trim(), CultureInfo.InvariantCulture), 0, 5);
        Assert.Equal(3, (await other).Code);
    }

    [Fact]
    public void A_child_finds_what_it_is_given_from_descriptor_3_on_and_nothing_else()
    {
        using SafeFileHandle first = Pipe.Holding("first\n"u8);
        using SafeFileHandle second = Pipe.Holding("second\n"u8);
        BoundedOutputStream output = new(100);
        ChildProcess.Run(
            Options("cat <&4; cat <&3; ls /proc/self/fd | wc -w") with
            {
                Descriptors = [first, second],
                StandardOutput = output,
            },
            default
        );

        // ls itself has the directory open.
        Assert.Equal("second\nfirst\n6\n", output.Text());
    }

    [Fact]
    public void A_keyring_of_its_own_is_neither_the_callers_nor_kept()
    {
        string inherited = Keyring(own: false);
        string one = Keyring(own: true);
        string other = Keyring(own: true);
        Assert.Equal(inherited, Keyring(own: false));
        if (inherited.StartsWith("-1", StringComparison.Ordinal))
        {
            // A kernel without keys, or a container that forbids them.
            return;
        }

        Assert.Equal(3, new HashSet<string>([inherited, one, other]).Count);

        string Keyring(bool own)
        {
            // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
            int number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 219 : 250;
            BoundedOutputStream output = new(100);
            ChildProcess.Run(
                Options($"perl -e 'print syscall({number}, 0, -3, 0)'") with
                {
                    OwnKeyring = own,
                    StandardOutput = output,
                },
                default
            );
            return output.Text();
        }
    }

    [Fact]
    public void In_a_control_group_of_its_own_everything_ends_at_one_stroke_and_the_group_goes()
    {
        using ControlGroup? possible = ControlGroup.TryCreate();
        BoundedOutputStream output = new(1000);
        ChildExit exit = ChildProcess.Run(
            Options("setsid sleep 300 & (setsid sleep 300 &); sed -n 's/^0:://p' /proc/self/cgroup; sleep 0.1") with
            {
                OwnControlGroup = true,
                StandardOutput = output,
            },
            default
        );
        Assert.True(exit.IsSuccess);
        Assert.Equal(2, exit.LeftOver);
        Assert.False(exit.Escaped);
        Assert.Empty(ProcessTree.Orphans());
        Assert.Equal(
            possible is not null,
            Path.GetFileName(output.Text().Trim()).StartsWith("peipkg-", StringComparison.Ordinal)
        );
        if (possible is not null)
        {
            string parent = Path.GetDirectoryName(possible.Place)!;
            Assert.False(Directory.Exists(Path.Combine(parent, Path.GetFileName(output.Text().Trim()))));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Chains_that_fork_faster_than_they_are_found_end_with_the_child(bool controlGroup)
    {
        // Each link forks and ends, in a new session; 4 chains, so that they never crowd a machine, and 15 s at most.
        string chain = Path.Combine(_directory, "peipkg-chain");
        File.WriteAllText(
            chain + ".c",
            """
            #include <signal.h>
            #include <time.h>
            #include <unistd.h>
            int main(void) {
                time_t end = time(0) + 15;
                signal(SIGCHLD, SIG_IGN);
                for (int i = 0; i < 4; i++)
                    if (fork() == 0) {
                        while (time(0) < end) {
                            pid_t child = fork();
                            if (child > 0) _exit(0);
                            if (child == 0) setsid();
                        }
                        _exit(0);
                    }
                return 0;
            }
            """
        );
        Assert.True(Run($"gcc -O1 -o {chain} {chain}.c").Exit.IsSuccess);
        Stopwatch watch = Stopwatch.StartNew();
        ChildExit exit = ChildProcess.Run(
            Options($"{chain}; sleep 0.1") with
            {
                OwnControlGroup = controlGroup,
                StandardOutput = Stream.Null,
                StandardError = Stream.Null,
            },
            default
        );
        Assert.False(exit.Escaped);
        Assert.InRange(exit.LeftOver, 1, 100_000);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), $"{watch.Elapsed}");
        Assert.Equal("0\n", Run("pgrep -c peipkg-chain").Output);
    }

    [Fact]
    public void A_process_storm_ends()
    {
        const string Storm =
            "f() { (sleep 60 & f2 & ) ; }; f2() { setsid sleep 60 & (setsid sleep 60 &) & sleep 60; }; for i in 1 2 3 4 5 6 7 8 9 10; do f; done; echo done";
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal("done\n", Run(Storm).Output);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8));
        Assert.Empty(ProcessTree.Orphans());
    }

    [Theory]
    [InlineData("sleep 300")]
    [InlineData("trap '' TERM; while :; do sleep 0.1; done")]
    [InlineData("(setsid sh -c 'trap \"\" TERM; sleep 300' &); sleep 300")]
    public void Cancelling_ends_everything_soon(string script)
    {
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(300));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Throws<OperationCanceledException>(() => ChildProcess.Run(Options(script), source.Token));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"{watch.Elapsed}");
        Assert.Empty(ProcessTree.Orphans());
    }

    [Fact]
    public void A_process_may_clean_up_within_its_grace()
    {
        BoundedOutputStream output = new(100);
        ChildExit exit = ChildProcess.Run(
            Options("trap 'sleep 0.2; echo bye; exit 0' TERM; while :; do sleep 0.05; done") with
            {
                StandardOutput = output,
                Timeout = TimeSpan.FromMilliseconds(200),
                Grace = TimeSpan.FromSeconds(10),
            },
            default
        );
        Assert.Equal("bye\n", output.Text());
        Assert.True(exit.TimedOut);
        Assert.False(exit.IsSuccess);
        Assert.Equal("ran out of time", exit.ToString());
    }

    [Fact]
    public async Task Several_processes_run_side_by_side()
    {
        Task<ChildExit>[] runs =
        [
            .. Enumerable
                .Range(0, 12)
                .Select(i =>
                    ChildProcess.RunAsync(
                        Options($"(setsid sleep 60 &); sleep 0.{i % 4}; exit {i}"),
                        CancellationToken.None
                    )
                ),
        ];
        ChildExit[] exits = await Task.WhenAll(runs);
        Assert.Equal(Enumerable.Range(0, 12), exits.Select(exit => exit.Code!.Value));
        Assert.Empty(ProcessTree.Orphans());
    }

    [Fact]
    public void A_listener_that_fails_does_not_leave_the_process_running()
    {
        int started = 0;
        Assert.Throws<NotSupportedException>(() =>
            ChildProcess.Run(
                Options("sleep 300") with
                {
                    Started = pid =>
                    {
                        started = pid;
                        throw new NotSupportedException();
                    },
                },
                default
            )
        );
        Assert.False(Directory.Exists($"/proc/{started}"));
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        ProcessStartException exception = Assert.Throws<ProcessStartException>(() =>
            ChildProcess.Run(Options("") with { FileName = "/nowhere/tool" }, default)
        );
        Assert.Equal("cannot run /nowhere/tool: No such file or directory", exception.Message);
        exception = Assert.Throws<ProcessStartException>(() =>
            ChildProcess.Run(Options("") with { WorkingDirectory = "/nowhere" }, default)
        );
        Assert.Equal("cannot run /bin/sh in /nowhere: No such file or directory", exception.Message);
    }

    [Fact]
    public void Remembered_output_does_not_begin_inside_a_character()
    {
        BoundedOutputStream output = new(5);
        output.Write(Encoding.UTF8.GetBytes("ééé"));
        Assert.Equal("éé", output.Text());
        output.Write(Encoding.UTF8.GetBytes("abcdefghij"));
        Assert.Equal("fghij", output.Text());
        output.Write("kl"u8);
        Assert.Equal("hijkl", output.Text());
        Assert.Equal(18, output.TotalBytes);
    }

    private (ChildExit Exit, string Output) Run(string script)
    {
        BoundedOutputStream output = new(100_000);
        ChildExit exit = ChildProcess.Run(
            Options(script) with
            {
                StandardOutput = output,
                StandardError = output,
            },
            default
        );
        return (exit, output.Text());
    }

    private ChildProcessOptions Options(string script) =>
        new()
        {
            FileName = "/bin/sh",
            Arguments = ["-c", script],
            Environment = [new("A", "1"), new("PATH", "/usr/bin:/bin")],
            WorkingDirectory = _directory,
        };
}
