using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.World;
using Peipkg.Recipes;

namespace Peipkg.Manager.Git;

/// <summary>What is left of <c>[fetch]</c> for one source; its submodules draw on the same.</summary>
/// <param name="limits">All of it.</param>
/// <param name="clock">Measures the time.</param>
internal sealed class FetchBudget(FetchConfig limits, TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly long _started = clock.GetTimestamp();
    private long _files;
    private long _bytes;
    private int _submodules;

    /// <summary>What a command may still take.</summary>
    /// <param name="directory">Where it writes.</param>
    public ChildLimits For(string directory)
    {
        TimeSpan left = limits.Time - clock.GetElapsedTime(_started);
        return new ChildLimits(left > Shortest ? left : Shortest, limits.Silence)
        {
            Resources = new ResourceLimits
            {
                Memory = limits.Memory,

                // What was fetched and what is made of it are there at the same time.
                Disk = 2 * limits.Size,
                Directories = [directory],
            },
        };
    }

    /// <summary>Takes a file or directory into account.</summary>
    /// <returns>False when the tree is larger than it may be.</returns>
    public bool TryTake(long bytes)
    {
        _files++;
        _bytes = bytes > limits.Size - _bytes ? long.MaxValue : _bytes + bytes;
        return Excess is null;
    }

    /// <summary>Takes submodules into account.</summary>
    public bool TryTakeSubmodules(int count) => (_submodules += count) <= ManagerLimits.Submodules;

    /// <summary>What there is too much of, with what to do about it; null when all is well.</summary>
    public string? Excess =>
        _files > limits.Files
            ? $"the tree has more than {limits.Files} files and directories; [fetch] files in config.toml allows more"
        : _bytes > limits.Size
            ? $"the files of the tree hold more than {ByteSize.Format(limits.Size)}; [fetch] size in config.toml allows more"
        : null;

    /// <summary>Which key of config.toml allows more; null when none does.</summary>
    public string? Remedy(ChildEnd? end) =>
        end switch
        {
            ChildEnd.TimedOut => $"[fetch] time is {GoDuration.Format(limits.Time)}",
            ChildEnd.Stalled => $"[fetch] silence is {GoDuration.Format(limits.Silence)}",
            ChildEnd.TooMuchDisk => $"twice [fetch] size, which is {ByteSize.Format(limits.Size)}",
            ChildEnd.TooMuchMemory => $"[fetch] memory is {ByteSize.Format(limits.Memory)}",
            _ => null,
        };
}
