using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// One writer at a time: a lock on a file in the repository that carries the holder's process id and start. A file that
/// nobody holds is what a killed run left behind; it is removed when the lock is released, so that nothing stays.
/// </summary>
internal sealed class RepositoryLock : IDisposable
{
    private readonly FileLock _lock;

    private RepositoryLock(FileLock held)
    {
        _lock = held;
        DeadHolder = Describe(held.Previous);
    }

    /// <summary>Who held the lock and ended without releasing it, in words; null after an orderly end.</summary>
    internal string? DeadHolder { get; }

    /// <summary>Locks a repository's directory.</summary>
    /// <exception cref="UserErrorException">Another process holds the lock; the message names it.</exception>
    /// <exception cref="PosixIOException">The directory does not let a lock file be made.</exception>
    internal static RepositoryLock Acquire(string directory, TimeProvider clock) =>
        TryAcquire(directory, clock, create: true, out string? holder)
        ?? throw new UserErrorException(
            $"{directory} is in use by another peipkg-repo ({holder}); run this again when that one has ended"
        );

    /// <summary>Locks a directory if it has a lock file and nobody holds it.</summary>
    /// <returns>Null when somebody holds it or no lock file is there.</returns>
    internal static RepositoryLock? TryAcquireAbandoned(string directory, TimeProvider clock) =>
        TryAcquire(directory, clock, create: false, out _);

    /// <summary>The directory has been renamed; the lock goes with it.</summary>
    internal void Follow(string directory) => _lock.Path = Path.Combine(directory, RepositoryLayout.LockFile);

    /// <inheritdoc/>
    public void Dispose() => _lock.Remove();

    private static RepositoryLock? TryAcquire(string directory, TimeProvider clock, bool create, out string? holder)
    {
        string path = Path.Combine(directory, RepositoryLayout.LockFile);
        FileLock? held;
        string? content;
        try
        {
            held = FileLock.TryTake(path, create, out content);
        }
        catch (PosixIOException exception) when (exception.Error == Errno.InvalidArgument)
        {
            // A link would lead to a file that is not ours to write to, and be nobody's lock.
            throw new UserErrorException(exception.Message, exception);
        }

        if (held is null)
        {
            holder = Describe(content ?? "") ?? "which does not say who it is";
            return null;
        }

        holder = null;
        RepositoryLock taken = new(held);
        string started = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        held.Sign($"{Environment.ProcessId} {started}\n");
        return taken;
    }

    private static string? Describe(string holder)
    {
        string[] parts = holder.TrimEnd('\n').Split(' ');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int process)
            ? $"process {process}, started {parts[1]}"
            : null;
    }
}
