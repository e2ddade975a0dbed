using System.Globalization;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Building;

/// <summary>
/// Puts the house in order after a run that ended in whatever way: its surviving children are stopped, half-done
/// builds queued again, directories that no build needs removed. Runs with the state directory's lock held and before
/// anything is begun, so it may take everything it finds for a leftover.
/// </summary>
internal sealed class Recovery(
    StateLayout layout,
    BuildStore builds,
    BuildMoves moves,
    int processId,
    TimeProvider clock,
    ILogger<Recovery> logger
)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken cancellation)
    {
        int stopped = await Leftovers.StopAsync(layout.Root, processId, Grace, clock, cancellation);
        int requeued = moves.Requeue();
        moves.LookAgain();
        HashSet<string> publishing = [.. builds.Publishing().Select(id => id.ToString(CultureInfo.InvariantCulture))];
        Clear(layout.Sources, keep: []);
        Clear(layout.Stage, keep: []);
        Clear(layout.Publish, publishing);
        if (requeued + publishing.Count + stopped > 0)
        {
            BuildEvents.Recovered(logger, requeued, publishing.Count, stopped);
        }
    }

    private void Clear(string directory, HashSet<string> keep)
    {
        foreach (
            string path in Directory
                .EnumerateFileSystemEntries(directory)
                .Where(p => !keep.Contains(Path.GetFileName(p)))
        )
        {
            try
            {
                TreeRemoval.Remove(path);
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                BuildEvents.CleanupFailed(logger, path, Boundary.Describe(exception));
            }
        }
    }
}
