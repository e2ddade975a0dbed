using Peipkg.Posix.Files;

namespace Peipkg.Build.Building;

/// <summary>
/// Finds a place where a copy of a source lists the entries of its directories in another order. Most file systems list
/// entries by a hash of their names; one in memory lists them in creation order.
/// </summary>
internal static class SourceOrder
{
    private const string InMemory = "/dev/shm";

    // A source tree of more than this stays on the disk.
    private const long MostBytes = 256 << 20;

    /// <summary>The directory to copy to; null if no place gives another order.</summary>
    internal static string? PlaceForCopy(string source) =>
        MayHoldPrograms() && SizeWithin(source, Math.Min(MostBytes, new DriveInfo(InMemory).AvailableFreeSpace / 4))
            ? InMemory
            : null;

    // Sources hold scripts that are run where they are.
    private static bool MayHoldPrograms() =>
        Directory.Exists(InMemory)
        && Directory.Exists("/proc/self")
        && File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' '))
            .Any(fields =>
                fields.Length > 3
                && fields[1] == InMemory
                && fields[2] == "tmpfs"
                && !fields[3].Split(',').Any(option => option is "noexec" or "ro")
            );

    // Every file takes at least a page.
    private static bool SizeWithin(string source, long most) => TreeSize.Of(source, most, leastPerFile: 4096) <= most;
}
