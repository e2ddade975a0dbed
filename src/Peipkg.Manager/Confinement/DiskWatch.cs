using System.Diagnostics;
using Peipkg.Manager.Processes;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Confinement;

/// <summary>
/// Keeps a tree from filling the disk. Free space is asked for at every look; the directories are measured seldom, and at
/// once when so much space has gone since that the limit may have been reached.
/// </summary>
internal sealed class DiskWatch(ResourceLimits limits)
{
    /// <summary>Free space that is left to the rest of the system, at most; on small disks a hundredth.</summary>
    private const long Reserve = 256L << 20;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);

    private long _measured;
    private long _freeWhenMeasured = long.MaxValue;
    private long _measuredAt = Stopwatch.GetTimestamp();
    private TimeSpan _pause = ShortestPause;

    /// <summary>Looks once.</summary>
    public ChildEnd? Look()
    {
        if (limits.Directories.Count == 0 || FreeSpace(limits.Directories[0]) is not { } space)
        {
            return null;
        }

        if (space.Free < Math.Min(Reserve, space.Total / 100))
        {
            return ChildEnd.DiskFull;
        }

        return limits.Disk is { } limit && Measure(limit, space.Free) > limit ? ChildEnd.TooMuchDisk : null;
    }

    private static (long Free, long Total)? FreeSpace(string directory)
    {
        try
        {
            DriveInfo drive = new(directory);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private long Measure(long limit, long free)
    {
        bool mayBeReached = _freeWhenMeasured == long.MaxValue || _freeWhenMeasured - free >= limit - _measured;
        if (!mayBeReached && Stopwatch.GetElapsedTime(_measuredAt) < _pause)
        {
            return _measured;
        }

        long started = Stopwatch.GetTimestamp();
        long bytes = 0;
        foreach (string directory in limits.Directories)
        {
            // Beyond the limit it does not matter by how much.
            bytes += TreeSize.Of(directory, most: limit - bytes);
            if (bytes > limit)
            {
                break;
            }
        }

        _measuredAt = Stopwatch.GetTimestamp();
        TimeSpan often = 20 * Stopwatch.GetElapsedTime(started, _measuredAt);
        _pause = often > ShortestPause ? often : ShortestPause;
        _freeWhenMeasured = free;
        return _measured = bytes;
    }
}
