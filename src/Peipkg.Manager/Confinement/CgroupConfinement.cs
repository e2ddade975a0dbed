using System.Globalization;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Confinement;

/// <summary>
/// A control group (version 2) for each run, below the one that systemd has delegated to this service
/// (<c>Delegate=yes</c>) or that a container owns: the kernel itself keeps the limits, and kills the group at one stroke.
/// </summary>
internal sealed class CgroupConfinement : IConfinement
{
    private const string ChildPrefix = "child-";

    // Moves itself into the group and becomes the program: nothing runs outside, not for a moment.
    private const string Enter = "echo 0 > \"$0/cgroup.procs\" && exec \"$@\"";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _root;
    private readonly HashSet<string> _controllers;
    private long _last;

    private CgroupConfinement(string root, HashSet<string> controllers)
    {
        _root = root;
        _controllers = controllers;
    }

    /// <inheritdoc/>
    public string Description =>
        $"control groups below {_root} ({string.Join(", ", _controllers.Order(StringComparer.Ordinal))})";

    /// <summary>Takes the delegated group over: this process moves into a leaf of it, so that others can be limited.</summary>
    /// <param name="group">The directory of the group that this process is in.</param>
    /// <param name="required">The controllers without which there is no point.</param>
    /// <param name="why">Why not.</param>
    /// <returns>Null when the group is not ours to divide.</returns>
    public static CgroupConfinement? TryCreate(string? group, IReadOnlyCollection<string> required, out string why)
    {
        if (group is null)
        {
            why = "there is no control group of version 2";
            return null;
        }

        try
        {
            string[] controllers = Words(Path.Combine(group, "cgroup.controllers"));
            string[] missing = [.. required.Except(controllers, StringComparer.Ordinal)];
            if (missing.Length > 0)
            {
                why = $"the control group {group} has no {string.Join(" and ", missing)} controller";
                return null;
            }

            string own = Directory.CreateDirectory(Path.Combine(group, "manager")).FullName;
            File.WriteAllText(Path.Combine(own, "cgroup.procs"), "0");
            string[] used = [.. controllers.Intersect(["memory", "pids", "cpu"], StringComparer.Ordinal)];
            if (used.Length > 0)
            {
                File.WriteAllText(
                    Path.Combine(group, "cgroup.subtree_control"),
                    string.Join(' ', used.Select(name => "+" + name))
                );
            }

            foreach (string leftover in Directory.EnumerateDirectories(group, ChildPrefix + "*"))
            {
                ControlGroup.Remove(leftover, Patience);
            }

            why = "";
            return new CgroupConfinement(group, [.. used]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            why = $"the control group {group} is not delegated to this process: {exception.Message}";
            return null;
        }
    }

    /// <inheritdoc/>
    public IConfinedChild Begin(ChildCommand command, ResourceLimits limits)
    {
        string group = Path.Combine(
            _root,
            ChildPrefix + Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture)
        );
        Directory.CreateDirectory(group);
        Limit("memory", "memory.max", limits.Memory);
        Limit("memory", "memory.swap.max", limits.Memory is null ? null : 0);
        Limit("memory", "memory.oom.group", limits.Memory is null ? null : 1);
        Limit("pids", "pids.max", limits.Processes);
        if (limits.Cpus is { } cpus && _controllers.Contains("cpu"))
        {
            File.WriteAllText(
                Path.Combine(group, "cpu.max"),
                string.Create(CultureInfo.InvariantCulture, $"{cpus * 100_000L} 100000")
            );
        }

        return new Child(command, limits, group);

        void Limit(string controller, string file, long? value)
        {
            // Not every kernel accounts for swap.
            string path = Path.Combine(group, file);
            if (value is { } number && _controllers.Contains(controller) && File.Exists(path))
            {
                File.WriteAllText(path, number.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static string[] Words(string file) =>
        File.ReadAllText(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private sealed class Child(ChildCommand command, ResourceLimits limits, string group) : IConfinedChild
    {
        private readonly DiskWatch _disk = new(limits);
        private ChildEnd? _excess;

        public ChildCommand Command =>
            command with
            {
                Program = "/bin/sh",
                Arguments = ["-c", Enter, group, command.Program, .. command.Arguments],
            };

        public ChildEnd? LookForExcess(int pid)
        {
            if (_disk.Look() is { } excess)
            {
                _excess = excess;
                ProcessStorm.KillBelow(pid);
            }

            return _excess;
        }

        public ChildEnd? ExcessOf(ChildResult result) =>
            _excess is not null || result.Succeeded ? _excess
            : Count("memory.events", "oom_kill") > 0 ? ChildEnd.TooMuchMemory
            : Count("pids.events", "max") > 0 ? ChildEnd.TooManyProcesses
            : _disk.Look();

        public void Dispose() => ControlGroup.Remove(group, Patience);

        // Lines such as "oom_kill 1".
        private long Count(string file, string name)
        {
            string path = Path.Combine(group, file);
            string? line = File.Exists(path)
                ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith(name + " ", StringComparison.Ordinal))
                : null;
            return line is null ? 0 : long.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
        }
    }
}
