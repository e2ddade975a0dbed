using System.Globalization;

namespace Peipkg.Manager.Processes;

/// <summary>A line of <c>/proc/PID/stat</c>.</summary>
/// <param name="State">The letter: <c>Z</c> and <c>X</c> are over, <c>T</c> is stopped.</param>
/// <param name="Parent">The process id of its parent; 0 for those of the kernel.</param>
/// <param name="Group">The id of its process group.</param>
/// <param name="Session">The id of its session.</param>
/// <param name="HasTerminal">Whether it has a controlling terminal.</param>
/// <param name="Threads">How many threads it has.</param>
/// <param name="ResidentPages">Pages of memory in use, shared ones included.</param>
internal sealed record ProcessStatus(
    char State,
    int Parent,
    int Group,
    int Session,
    bool HasTerminal,
    int Threads,
    long ResidentPages
)
{
    /// <summary>Whether it has ended and only waits to be reaped.</summary>
    public bool IsOver => State is 'Z' or 'X' or 'x';

    /// <summary>Reads it; null when there is no such process.</summary>
    public static ProcessStatus? Read(int pid)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{pid}/stat");

            // "pid (name) state parent group session terminal …", and a name may hold anything.
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessStatus(
                fields[0][0],
                Number(fields[1]),
                Number(fields[2]),
                Number(fields[3]),
                Number(fields[4]) != 0,
                Number(fields[17]),
                long.Parse(fields[21], CultureInfo.InvariantCulture)
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
