using System.Diagnostics;
using System.Globalization;

namespace Peipkg.Posix.Processes;

/// <summary>
/// A control group (version 2) for one child, below the one that this process is in. It limits nothing; it is there so that
/// the kernel ends all of its processes at one stroke, however fast they fork.
/// </summary>
internal sealed class ControlGroup : IDisposable
{
    // Moves itself into the group, where it may, and becomes the program: nothing is forked outside.
    private const string Enter = "{ echo 0 > \"$0/cgroup.procs\"; } 2> /dev/null; unset PWD; exec \"$@\"";

    private readonly string _directory;

    private ControlGroup(string directory) => _directory = directory;

    /// <summary>The group's directory.</summary>
    internal string Place => _directory;

    /// <summary>Makes one.</summary>
    /// <returns>Null where the control groups are not this process's to divide, or cannot be killed (before Linux 5.14).</returns>
    internal static ControlGroup? TryCreate()
    {
        try
        {
            if (FindOwn() is not { } own)
            {
                return null;
            }

            string directory = Path.Combine(own, $"peipkg-{Guid.NewGuid():N}");
            Directory.CreateDirectory(directory);
            ControlGroup group = new(directory);
            if (File.Exists(group.KillFile))
            {
                return group;
            }

            group.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not delegated: the ordinary case of a shell.
        }

        return null;
    }

    /// <summary>The words that run a command in the group.</summary>
    internal ChildProcessOptions Wrap(ChildProcessOptions options) =>
        options with
        {
            FileName = "/bin/sh",
            Arguments = ["-c", Enter, _directory, options.FileName, .. options.Arguments],
        };

    /// <summary>Ends everything in the group, and whatever it may be forking at this moment.</summary>
    /// <returns>What ran in it.</returns>
    internal IReadOnlyList<int> Kill()
    {
        try
        {
            int[] members =
            [
                .. File.ReadLines(Path.Combine(_directory, "cgroup.procs"))
                    .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
            ];
            File.WriteAllText(KillFile, "1");
            return members;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string KillFile => Path.Combine(_directory, "cgroup.kill");

    /// <inheritdoc/>
    public void Dispose()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Directory.Delete(_directory);
                return;
            }
            catch (IOException) when (watch.Elapsed < PosixLimits.SettlingTime && Directory.Exists(_directory))
            {
                // What was killed is still on its way out.
                Thread.Sleep(1);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // An empty group costs nothing.
                return;
            }
        }
    }

    // "0::/path", and "… / /sys/fs/cgroup rw… - cgroup2 cgroup2 rw": fields 4 and 5 are the mount's root and place.
    private static string? FindOwn()
    {
        string? path = File.ReadLines("/proc/self/cgroup")
            .FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))
            ?[3..];
        string[]? mount = File.ReadLines("/proc/self/mountinfo")
            .FirstOrDefault(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))
            ?.Split(' ');
        return path is null || mount is not { Length: > 4 } ? null : Path.Join(mount[4], path).TrimEnd('/');
    }
}
