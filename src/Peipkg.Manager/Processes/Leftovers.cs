using System.Globalization;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Processes;

/// <summary>
/// Processes that outlived a manager killed with SIGKILL. Its children carry the state directory in their environment; a
/// build script, whose environment is prescribed, stages and works below it. At start, with the lock held, whoever is
/// found is stopped, so that no two processes work in one repository.
/// </summary>
/// <remarks>
/// Never this process, those it descends from or its own session: the mark may have been in the environment that the
/// manager itself was started with.
/// </remarks>
internal static class Leftovers
{
    /// <summary>The variable that marks children.</summary>
    public const string Marker = "PEIPKG_MANAGER_STATE_DIR";

    // What survives SIGKILL for so long is in the kernel's hands.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] WorkVariables = ["DESTDIR", "SOURCE_DIR", "TMPDIR"];

    /// <summary>Stops what is left: SIGTERM, and SIGKILL after <paramref name="grace"/>.</summary>
    /// <returns>How many processes there were.</returns>
    /// <exception cref="UserErrorException">Some cannot be ended.</exception>
    public static async Task<int> StopAsync(
        string stateDirectory,
        int ownPid,
        TimeSpan grace,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        List<int> found = Find(stateDirectory, ownPid);
        int count = found.Count;
        SendAll(found, Signal.Terminate);
        long started = clock.GetTimestamp();
        while ((found = Find(stateDirectory, ownPid)).Count > 0)
        {
            if (clock.GetElapsedTime(started) > grace + Patience)
            {
                throw new UserErrorException(
                    $"processes of the last run cannot be ended, nothing is begun beside them: {string.Join(", ", found)}; "
                        + "see what holds them (ps -o pid,stat,wchan,args), then start again"
                );
            }

            if (clock.GetElapsedTime(started) > grace)
            {
                // A storm of processes replaces itself faster than it is killed one by one; what is frozen cannot.
                SendAll(found, Signal.Stop);
                SendAll(Find(stateDirectory, ownPid), Signal.Kill);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellation);
        }

        return count;
    }

    private static List<int> Find(string stateDirectory, int ownPid)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{Marker}={stateDirectory}");
        byte[][] work = [.. WorkVariables.Select(name => Encoding.UTF8.GetBytes($"{name}={stateDirectory}/"))];
        HashSet<int> spared = [ownPid];
        ProcessStatus? own = ProcessStatus.Read(ownPid);
        for (ProcessStatus? ancestor = own; ancestor is { Parent: > 0 }; ancestor = ProcessStatus.Read(ancestor.Parent))
        {
            spared.Add(ancestor.Parent);
        }

        List<int> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (
                !int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                || spared.Contains(pid)
                || ProcessStatus.Read(pid) is not { IsOver: false } status
                || status.Session == own?.Session
            )
            {
                continue;
            }

            if (
                Carries(Path.Combine(directory, "environ"), mark, work)
                || (!status.HasTerminal && WorksBelow(directory, stateDirectory))
            )
            {
                found.Add(pid);
            }
        }

        return found;
    }

    // Empty for kernel threads, unreadable for other users' processes.
    private static bool Carries(string environ, byte[] mark, byte[][] work)
    {
        try
        {
            ReadOnlySpan<byte> rest = File.ReadAllBytes(environ);
            while (!rest.IsEmpty)
            {
                int end = rest.IndexOf((byte)0);
                ReadOnlySpan<byte> variable = end < 0 ? rest : rest[..end];
                if (variable.SequenceEqual(mark))
                {
                    return true;
                }

                foreach (byte[] prefix in work)
                {
                    if (variable.StartsWith(prefix))
                    {
                        return true;
                    }
                }

                rest = end < 0 ? [] : rest[(end + 1)..];
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours to stop.
        }

        return false;
    }

    // A script may have wiped its environment. Somebody who looks around in there has a terminal.
    private static bool WorksBelow(string process, string stateDirectory)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName
                    is { } directory
                && (
                    directory.StartsWith(stateDirectory + "/stage/", StringComparison.Ordinal)
                    || directory.StartsWith(stateDirectory + "/sources/", StringComparison.Ordinal)
                );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void SendAll(List<int> pids, Signal signal)
    {
        foreach (int pid in pids)
        {
            // A session's leader takes its group along, such as the helpers of git; others are signalled alone.
            if (!ProcessSignal.Send(-pid, signal))
            {
                ProcessSignal.Send(pid, signal);
            }
        }
    }
}
