using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Peipkg.Manager.Processes;

/// <summary>
/// Children that outlived a manager killed with SIGKILL. Every child carries the state directory in its environment;
/// at start, with the lock held, whoever still carries it is stopped, so that no two processes work in one repository.
/// </summary>
internal static partial class Leftovers
{
    /// <summary>The variable that marks children.</summary>
    public const string Marker = "PEIPKG_MANAGER_STATE_DIR";

    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Stops what carries the mark: SIGTERM, and SIGKILL after <paramref name="grace"/>.</summary>
    /// <returns>How many processes there were.</returns>
    public static async Task<int> StopAsync(string stateDirectory, int ownPid, TimeSpan grace, TimeProvider clock, CancellationToken stop)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{Marker}={stateDirectory}");
        List<int> found = Find(mark, ownPid);
        int count = found.Count;
        Signal(found, Terminate);
        long started = clock.GetTimestamp();
        while ((found = Find(mark, ownPid)).Count > 0)
        {
            if (clock.GetElapsedTime(started) > grace)
            {
                Signal(found, Kill);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, stop);
        }

        return count;
    }

    private static List<int> Find(byte[] mark, int ownPid)
    {
        List<int> found = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && pid != ownPid && Carries(Path.Combine(directory, "environ"), mark))
            {
                found.Add(pid);
            }
        }

        return found;
    }

    // Empty for zombies and kernel threads, unreadable for other users' processes.
    private static bool Carries(string environ, byte[] mark)
    {
        try
        {
            ReadOnlySpan<byte> rest = File.ReadAllBytes(environ);
            while (!rest.IsEmpty)
            {
                int end = rest.IndexOf((byte)0);
                if ((end < 0 ? rest : rest[..end]).SequenceEqual(mark))
                {
                    return true;
                }

                rest = end < 0 ? [] : rest[(end + 1)..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours to stop.
        }

        return false;
    }

    private static void Signal(List<int> pids, int signal)
    {
        foreach (int pid in pids)
        {
            // A session's leader takes its group along, such as the helpers of git; others are signalled alone.
            if (SendSignal(-pid, signal) != 0)
            {
                _ = SendSignal(pid, signal);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
