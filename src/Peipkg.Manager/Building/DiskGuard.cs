using Microsoft.Extensions.Logging;
using Peipkg.Manager.Storage;
using Peipkg.Recipes;

namespace Peipkg.Manager.Building;

/// <summary>
/// Lets no build begin while the state directory's disk is nearly full, says so once, and once again when there is
/// room. What is built already is published all the same.
/// </summary>
internal sealed class DiskGuard(string directory, Func<long> minFree, EventStore events, ILogger<DiskGuard> logger)
{
    private bool _low;

    /// <summary>True since the last look found too little space.</summary>
    public bool IsLow => Volatile.Read(ref _low);

    /// <summary>Whether there is room for another build.</summary>
    /// <exception cref="StorageException">The database failed.</exception>
    /// <exception cref="IOException">The disk does not answer.</exception>
    public bool HasRoom()
    {
        long needed = minFree();
        if (needed == 0 && !_low)
        {
            return true;
        }

        long free = new DriveInfo(directory).AvailableFreeSpace;
        bool low = free < needed;
        if (low != _low)
        {
            string detail = $"{ByteSize.Format(free)} free in {directory}, min_free is {ByteSize.Format(needed)}";
            if (low)
            {
                BuildEvents.DiskLow(logger, detail);
            }
            else
            {
                BuildEvents.DiskRecovered(logger, detail);
            }

            Volatile.Write(ref _low, low);
            events.Add(low ? EventKind.DiskLow : EventKind.DiskRecovered, null, null, detail);
        }

        return !low;
    }
}
