using System.Globalization;
using Peipkg.Posix.Processes;

namespace Peipkg.Posix.Tests.Processes;

public sealed class ControlGroupTests : IDisposable
{
    private readonly string _mount = Directory.CreateTempSubdirectory("peipkg-groups-").FullName;

    public void Dispose() => Directory.Delete(_mount, recursive: true);

    [Theory]
    [InlineData("/", "0::/", "")]
    [InlineData("/", "0::/a/b", "/a/b")]
    [InlineData("/a", "0::/a/b", "/b")]
    [InlineData("/a/b", "0::/a/b", "")]
    [InlineData("/", "0::/gone", null)]
    [InlineData("/b", "0::/a/b", null)]
    [InlineData("/a", "0::/ab", null)]
    [InlineData("/", "0::/../a", null)]
    [InlineData("/", "4:memory:/a", null)]
    public void The_own_group_is_found_where_a_mount_shows_it(string root, string group, string? below)
    {
        foreach (string directory in new[] { "a/b", "b", "ab" })
        {
            Directory.CreateDirectory(Path.Combine(_mount, directory));
        }

        string[] mounts =
        [
            $"31 23 0:28 / {_mount} rw,relatime - tmpfs tmpfs rw",
            $"41 31 0:38 {root} {_mount} rw,relatime shared:9 - cgroup2 cgroup2 rw",
        ];
        Assert.Equal(below is null ? null : _mount + below, ControlGroup.Find(["5:devices:/", group], mounts));
    }

    [ControlGroupFact]
    public void What_the_dead_left_behind_goes_and_what_is_somebodys_stays()
    {
        string own = ControlGroup.Own()!;

        // No process has so high an id (PID_MAX_LIMIT).
        string dead = Path.Combine(own, "peipkg-2000000000-1");
        string alive = Path.Combine(own, "peipkg-1-2000000000");
        string older = Path.Combine(own, $"peipkg-{Guid.Empty:N}");
        string[] made = [dead, alive, older];
        try
        {
            Array.ForEach(made, group => Directory.CreateDirectory(group));
            using (ControlGroup? group = ControlGroup.TryCreate())
            {
                Assert.StartsWith(
                    string.Create(CultureInfo.InvariantCulture, $"peipkg-{Environment.ProcessId}-"),
                    Path.GetFileName(group!.Place),
                    StringComparison.Ordinal
                );
            }

            Assert.Equal([false, true, true], made.Select(Directory.Exists));
        }
        finally
        {
            Array.ForEach(made, group => ControlGroup.Remove(group, TimeSpan.Zero));
        }
    }

    [ControlGroupFact]
    public void A_group_is_removed_with_those_below_it_and_what_runs_in_them()
    {
        using ControlGroup group = ControlGroup.TryCreate()!;
        string below = Directory.CreateDirectory(Path.Combine(group.Place, "below")).FullName;
        ChildExit exit = ChildProcess.Run(
            new ChildProcessOptions
            {
                FileName = "/bin/sh",
                Arguments = ["-c", "echo 0 > \"$0/cgroup.procs\"; exec sleep 300", below],
                Environment = [],
                WorkingDirectory = "/",
                Started = _ =>
                {
                    while (File.ReadAllText(Path.Combine(below, "cgroup.procs")).Length == 0)
                    {
                        Thread.Sleep(1);
                    }

                    ControlGroup.Remove(group.Place, TimeSpan.FromSeconds(10));
                },
            },
            default
        );
        Assert.Equal("was killed by SIGKILL", exit.ToString());
        Assert.False(Directory.Exists(group.Place));
    }
}
