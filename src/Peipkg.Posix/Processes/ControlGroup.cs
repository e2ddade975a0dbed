using System.Diagnostics;
using System.Globalization;
using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>
/// A control group (version 2) for one child, below the one that this process is in. It limits nothing; it is there so that
/// the kernel ends all of its processes at one stroke, however fast they fork.
/// </summary>
public sealed class ControlGroup : IDisposable
{
    // Moves itself into the group, where it may, and becomes the program: nothing is forked outside.
    private const string Enter = "{ echo 0 > \"$0/cgroup.procs\"; } 2> /dev/null; unset PWD; exec \"$@\"";

    private static int _last;

    private readonly string _directory;

    private ControlGroup(string directory) => _directory = directory;

    /// <summary>The group's directory.</summary>
    internal string Place => _directory;

    /// <summary>The directory of the version 2 group that this process is in.</summary>
    /// <returns>Null where there is none, or none that this process sees.</returns>
    /// <exception cref="IOException"><c>/proc</c> is not there.</exception>
    public static string? Own() => Find(File.ReadLines("/proc/self/cgroup"), File.ReadLines("/proc/self/mountinfo"));

    /// <summary>Ends everything in a group and removes it, with the groups below it.</summary>
    /// <param name="directory">The group's directory.</param>
    /// <param name="patience">How long what was killed may take to end; an empty group that stays then costs nothing.</param>
    public static void Remove(string directory, TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                TryKill(directory);

                // One that this process started may have made groups of its own, and been killed before it could remove them.
                foreach (string below in Directory.EnumerateDirectories(directory))
                {
                    Directory.Delete(below);
                }

                Directory.Delete(directory);
                return;
            }
            catch (IOException) when (watch.Elapsed < patience && Directory.Exists(directory))
            {
                // What was killed is still on its way out.
                Thread.Sleep(1);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In uninterruptible sleep, or gone.
                return;
            }
        }
    }

    /// <summary>Makes one.</summary>
    /// <returns>Null where the control groups are not this process's to divide, or cannot be killed (before Linux 5.14).</returns>
    internal static ControlGroup? TryCreate()
    {
        try
        {
            if (Own() is not { } own)
            {
                return null;
            }

            RemoveAbandoned(own);
            if (Make(own) is not { } directory)
            {
                return null;
            }

            if (File.Exists(KillFile(directory)))
            {
                return new ControlGroup(directory);
            }

            Directory.Delete(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not delegated: the ordinary case of a shell.
        }

        return null;
    }

    /// <summary>
    /// The directory of a process's group: <c>0::/path</c> is found below the mount whose root, the fourth field, holds it;
    /// the fifth is the mount's place, as in <c>… /root /sys/fs/cgroup rw… - cgroup2 cgroup2 rw</c>.
    /// </summary>
    internal static string? Find(IEnumerable<string> groups, IEnumerable<string> mounts)
    {
        string? path = groups.FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[3..];

        // A group outside the root of the group namespace is written with "..", and no mount here shows it.
        return path is null || path.Split('/').Contains("..")
            ? null
            : mounts
                .Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))
                .Select(line => line.Split(' '))
                .Where(mount => $"{path}/".StartsWith($"{mount[3].TrimEnd('/')}/", StringComparison.Ordinal))
                .Select(mount => Path.Join(mount[4], path[mount[3].TrimEnd('/').Length..]).TrimEnd('/'))
                .FirstOrDefault(Directory.Exists);
    }

    private static string KillFile(string directory) => Path.Combine(directory, "cgroup.kill");

    private static bool TryKill(string directory)
    {
        try
        {
            File.WriteAllText(KillFile(directory), "1");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A number may be taken: by what a process with this id left behind, or by one in another process namespace.
    private static string? Make(string own)
    {
        while (true)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture,
                $"peipkg-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}"
            );
            string directory = Path.Combine(own, name);
            if (LibC.MakeDirectory(directory, 0x1ff) == 0)
            {
                return directory;
            }

            if (PosixIOException.LastError != Errno.Exists)
            {
                return null;
            }
        }
    }

    // Whose maker was killed together with whoever was to remove it. None is killed: only an empty group can be removed.
    private static void RemoveAbandoned(string own)
    {
        foreach (string group in Directory.EnumerateDirectories(own, "peipkg-*-*"))
        {
            if (
                Path.GetFileName(group).Split('-') is [_, var maker, _]
                && int.TryParse(maker, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && LibC.Kill(pid, (int)Signal.None) != 0
                && PosixIOException.LastError == Errno.NoProcess
            )
            {
                try
                {
                    Directory.Delete(group);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // Somebody is in it, or has removed it.
                }
            }
        }
    }

    /// <summary>The words that run a command in the group.</summary>
    internal ChildProcessOptions Wrap(ChildProcessOptions options) =>
        options with
        {
            FileName = "/bin/sh",
            Arguments = ["-c", Enter, _directory, options.FileName, .. options.Arguments],
        };

    /// <summary>Ends everything in the group, and whatever it may be forking at this moment.</summary>
    /// <returns>What ran in it; empty where that cannot be told.</returns>
    internal IReadOnlyList<int> Kill()
    {
        int[] members = [];
        try
        {
            members =
            [
                .. File.ReadLines(Path.Combine(_directory, "cgroup.procs"))
                    .Select(line => int.Parse(line, CultureInfo.InvariantCulture)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // They are only counted.
        }

        return TryKill(_directory) ? members : [];
    }

    /// <inheritdoc/>
    public void Dispose() => Remove(_directory, PosixLimits.SettlingTime);
}
