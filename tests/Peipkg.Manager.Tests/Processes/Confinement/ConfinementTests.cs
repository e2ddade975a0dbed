using System.Diagnostics;
using System.Globalization;
using System.Text;
using Peipkg.Manager.Confinement;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Processes;
using Xunit.Abstractions;

namespace Peipkg.Manager.Tests.Processes.Confinement;

/// <summary>Real trees that want too much, under both kinds of confinement.</summary>
[Trait("Scenario", "hostile")]
public sealed class ConfinementTests(ITestOutputHelper output) : IDisposable
{
    private static readonly ChildLimits Generous = new(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120));

    private readonly TemporaryDirectory _directory = new();
    private readonly BoundedOutput _stdout = new(1 << 20);
    private readonly string _mark = "PEIPKG_TEST_MARK=" + Guid.NewGuid();

    public void Dispose() => _directory.Dispose();

    private static ProcessGroupConfinement Groups { get; } =
        new("/usr/bin/taskset", ProcessGroupConfinement.ReadProcessors());

    private Task<ChildResult> Shell(string script, ResourceLimits resources, IConfinement? confinement = null)
    {
        File.WriteAllText(_directory["script"], script);
        string[] mark = _mark.Split('=');
        return new ChildRunner(TimeProvider.System, killsAdopted: false, confinement ?? Groups).RunAsync(
            new ChildCommand(
                "/bin/sh",
                [_directory["script"]],
                _directory.Path,
                new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [mark[0]] = mark[1] }
            ),
            _stdout,
            _stdout,
            Generous with
            {
                Resources = resources,
            },
            default
        );
    }

    private string Output => Encoding.UTF8.GetString(_stdout.Content);

    private int CountMarked() =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(d => char.IsAsciiDigit(d[6]))
            .Count(d =>
            {
                try
                {
                    return File.ReadAllText(d + "/environ").Contains(_mark, StringComparison.Ordinal);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            });

    private void AssertNothingIsLeft()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (CountMarked() > 0 && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            Thread.Sleep(50);
        }

        Assert.Equal(0, CountMarked());
    }

    [Fact]
    public async Task A_tree_that_holds_too_much_memory_together_is_killed()
    {
        // Each of the three stays below the limit.
        ChildResult result = await Shell(
            "for i in 1 2 3; do (head -c 60000000 /dev/zero; sleep 100) | tail -c 60000000 > /dev/null & done; wait",
            new ResourceLimits { Memory = 100 << 20 }
        );
        Assert.Equal(ChildEnd.TooMuchMemory, result.End);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Memory_that_the_tree_shares_counts_once()
    {
        // Thirty shells are mostly the same pages.
        ChildResult result = await Shell(
            "for i in $(seq 30); do sleep 2 & done; wait",
            new ResourceLimits { Memory = 24 << 20 }
        );
        Assert.True(result.Succeeded, result.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("setsid")]
    public async Task A_storm_of_processes_ends_at_its_limit_and_leaves_nothing(string how)
    {
        // Doubles seven times, so that it stays bounded even where nobody stops it.
        ChildResult result = await Shell(
            $"[ \"${{1:-0}}\" -gt 6 ] && exec sleep 60; for i in 1 2; do {how} sh \"$0\" $((${{1:-0}} + 1)) & done; wait",
            new ResourceLimits { Processes = 60 }
        );
        Assert.Equal(ChildEnd.TooManyProcesses, result.End);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_tree_that_fills_its_directories_is_killed()
    {
        ChildResult result = await Shell(
            "mkdir deep; i=0; while :; do head -c 5000000 /dev/zero > deep/$i; i=$((i + 1)); done",
            new ResourceLimits { Disk = 30 << 20, Directories = [_directory.Path] }
        );
        Assert.Equal(ChildEnd.TooMuchDisk, result.End);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_tree_may_use_as_many_processors_as_it_is_given()
    {
        Assert.True((await Shell("nproc", new ResourceLimits { Cpus = 1 })).Succeeded);
        Assert.Equal("1", Output.Trim());
    }

    [Fact]
    public void The_words_say_what_there_was_too_much_of()
    {
        ChildLimits limits = Generous with
        {
            Output = 5 << 20,
            Resources = new ResourceLimits
            {
                Memory = 1L << 30,
                Processes = 100,
                Disk = 1536,
            },
        };
        Assert.Equal(
            "needed more than 1 GiB of memory and was stopped",
            new ChildResult(ChildEnd.TooMuchMemory, 0).Describe(limits)
        );
        Assert.Equal(
            "had more than 100 processes and threads and was stopped",
            new ChildResult(ChildEnd.TooManyProcesses, 0).Describe(limits)
        );
        Assert.Equal(
            "filled more than 1.5 KiB of the disk and was stopped",
            new ChildResult(ChildEnd.TooMuchDisk, 0).Describe(limits)
        );
        Assert.Equal(
            "wrote more than 5 MiB of output and was stopped",
            new ChildResult(ChildEnd.TooMuchOutput, 0).Describe(limits)
        );
    }

    [Fact]
    public void A_group_that_is_not_delegated_is_left_alone()
    {
        Assert.Null(CgroupConfinement.TryCreate(null, ["memory"], out string why));
        Assert.Contains("no control group", why, StringComparison.Ordinal);
        Assert.Null(CgroupConfinement.TryCreate(_directory.Path, ["memory"], out why));
        Assert.Contains("not delegated", why, StringComparison.Ordinal);
    }

    /// <summary>In a real group of version 2, where this machine lets us make one; its controllers are the kernel's matter.</summary>
    [Fact]
    public async Task In_a_control_group_nothing_survives_its_run()
    {
        string? own = ControlGroup.Own();
        string group = Path.Combine(
            own ?? "/",
            "peipkg-test-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
        );
        try
        {
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), "0");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            output.WriteLine("not run: this process may not make control groups of version 2 here");
            return;
        }

        try
        {
            CgroupConfinement confinement =
                CgroupConfinement.TryCreate(group, [], out string why) ?? throw new InvalidOperationException(why);
            string child = Path.Combine(group, "child-1");
            ChildResult result = await Shell(
                "grep ^0:: /proc/self/cgroup; setsid sh -c 'trap \"\" TERM; sleep 100; :' > /dev/null 2>&1 & exit 0",
                new ResourceLimits { Processes = 1000 },
                confinement
            );
            Assert.True(result.Succeeded, result.ToString());
            Assert.EndsWith("/child-1", Output.Trim(), StringComparison.Ordinal);
            Assert.False(Directory.Exists(child));
            AssertNothingIsLeft();
        }
        finally
        {
            LeaveGroup(own!, Path.Combine(group, "manager"));
            Directory.Delete(group);
        }
    }

    /// <summary>Tests beside this one have started programs meanwhile, which are in the group as well.</summary>
    private static void LeaveGroup(string home, string group)
    {
        for (int tries = 0; ; tries++)
        {
            foreach (string process in File.ReadAllLines(Path.Combine(group, "cgroup.procs")))
            {
                try
                {
                    File.WriteAllText(Path.Combine(home, "cgroup.procs"), process);
                }
                catch (IOException)
                {
                    // It has ended.
                }
            }

            try
            {
                Directory.Delete(group);
                return;
            }
            catch (IOException) when (tries < 200)
            {
                Thread.Sleep(25);
            }
        }
    }
}
