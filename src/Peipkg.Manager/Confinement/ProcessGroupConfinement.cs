using System.Globalization;
using Peipkg.Manager.Processes;

namespace Peipkg.Manager.Confinement;

/// <summary>
/// Without control groups: the tree is looked at several times a second and killed when it uses too much, and pinned to
/// as many processors as it may use. In between it can use more for a moment.
/// </summary>
/// <param name="taskset">The absolute path of taskset; null leaves processors alone.</param>
/// <param name="processors">The processors that this process may use.</param>
internal sealed class ProcessGroupConfinement(string? taskset, IReadOnlyList<int> processors) : IConfinement
{
    private int _next;

    /// <inheritdoc/>
    public string Description =>
        "process groups, looked at 4 times a second"
        + (taskset is null ? "; cpus is not enforced, taskset is missing" : "");

    /// <summary>The processors that this process may use, from the kernel's list such as <c>0-3,6</c>.</summary>
    public static IReadOnlyList<int> ReadProcessors()
    {
        const string Label = "Cpus_allowed_list:";
        string list =
            File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal))
            ?? Label;
        List<int> found = [];
        foreach (
            string range in list[Label.Length..]
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            found.AddRange(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
        }

        return found;
    }

    /// <inheritdoc/>
    public IConfinedChild Begin(ChildCommand command, ResourceLimits limits) =>
        new Child(Pin(command, limits.Cpus), limits);

    // Builds beside each other get other processors, as far as there are any.
    private ChildCommand Pin(ChildCommand command, int? cpus)
    {
        if (taskset is null || cpus is not { } count || count >= processors.Count)
        {
            return command;
        }

        int first = Interlocked.Add(ref _next, count) - count;
        string list = string.Join(
            ',',
            Enumerable.Range(first, count).Select(i => processors[(i & int.MaxValue) % processors.Count])
        );
        return command with { Program = taskset, Arguments = ["-c", list, command.Program, .. command.Arguments] };
    }

    private sealed class Child(ChildCommand command, ResourceLimits limits) : IConfinedChild
    {
        private readonly DiskWatch _disk = new(limits);
        private ChildEnd? _excess;

        public ChildCommand Command => command;

        public ChildEnd? LookForExcess(int pid)
        {
            if ((_disk.Look() ?? LookAtTree(pid)) is { } excess)
            {
                // Remembered first: without its children the first process may end by itself before anybody else can say why.
                _excess = excess;
                ProcessStorm.KillBelow(pid);
            }

            return _excess;
        }

        public ChildEnd? ExcessOf(ChildResult result) => _excess ?? (result.Succeeded ? null : _disk.Look());

        public void Dispose() { }

        private ChildEnd? LookAtTree(int pid)
        {
            if (limits.Memory is null && limits.Processes is null)
            {
                return null;
            }

            List<(int Pid, ProcessStatus Status)> tree = [];
            foreach (int member in (IEnumerable<int>)[pid, .. ProcessStorm.MembersBelow(pid)])
            {
                if (ProcessStatus.Read(member) is { IsOver: false } status)
                {
                    tree.Add((member, status));
                }
            }

            return tree.Sum(member => member.Status.Threads) > limits.Processes ? ChildEnd.TooManyProcesses
                : tree.Sum(member => member.Status.ResidentPages * Environment.SystemPageSize) > limits.Memory
                && tree.Sum(member => ProportionalSize(member.Pid)) > limits.Memory
                    ? ChildEnd.TooMuchMemory
                : null;
        }

        // Pages shared within the tree count once; asking for this costs the kernel more than the resident pages do.
        private static long ProportionalSize(int pid)
        {
            const string Label = "Pss:";
            try
            {
                string? line = File.ReadLines($"/proc/{pid}/smaps_rollup")
                    .FirstOrDefault(l => l.StartsWith(Label, StringComparison.Ordinal));
                return line is null
                    ? 0
                    : 1024
                        * long.Parse(
                            line[Label.Length..^" kB".Length],
                            NumberStyles.AllowLeadingWhite,
                            CultureInfo.InvariantCulture
                        );
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }
    }
}
