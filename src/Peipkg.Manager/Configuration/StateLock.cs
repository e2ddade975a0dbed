using Peipkg.Format.Identity;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// One manager per state directory: a lock that the kernel releases however the process ends. The file's content only
/// tells the next one who holds it.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileLock _lock;

    private StateLock(FileLock held) => _lock = held;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock file, created when missing.</param>
    /// <param name="processId">Written for the next one to name.</param>
    /// <param name="started">Likewise.</param>
    /// <exception cref="StateLockedException">Another manager holds it; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static StateLock Acquire(string path, int processId, DateTimeOffset started)
    {
        if (FileLock.TryTake(path, create: true, out string? holder) is not { } held)
        {
            throw new StateLockedException(
                Path.GetDirectoryName(path)!,
                holder is { Length: > 0 } ? holder : "which is just starting"
            );
        }

        held.Sign($"pid {processId}, started {Timestamp.FromUnixSeconds(started.ToUnixTimeSeconds())}\n");
        return new StateLock(held);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}

/// <summary>Another manager works in this state directory.</summary>
internal sealed class StateLockedException(string stateDirectory, string holder)
    : Exception(
        $"another peipkg-manager ({holder}) works in {stateDirectory}; stop it first, or give this one a state_dir of its own"
    );
