using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// One writer at a time: an advisory lock (flock) on a file in the repository that carries the holder's process id and
/// start. The kernel frees the lock with its process, so a file that nobody holds is what a killed run left behind.
/// </summary>
/// <remarks>
/// The file is removed when the lock is released, so that nothing stays in the repository. Whoever opened it meanwhile
/// would lock a file without a name; hence the look at the name after locking. flock, not fcntl: an fcntl lock is lost
/// as soon as the process closes any descriptor of the file.
/// </remarks>
internal sealed class RepositoryLock : IDisposable
{
    private readonly SafeFileHandle _handle;
    private string _path;

    private RepositoryLock(SafeFileHandle handle, string path, string? deadHolder)
    {
        _handle = handle;
        _path = path;
        DeadHolder = deadHolder;
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
    internal void Follow(string directory) => _path = Path.Combine(directory, RepositoryLayout.LockFile);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            try
            {
                File.Delete(_path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next run finds a lock file that nobody holds and takes it over.
            }

            _handle.Dispose();
        }
    }

    private static RepositoryLock? TryAcquire(string directory, TimeProvider clock, bool create, out string? holder)
    {
        string path = Path.Combine(directory, RepositoryLayout.LockFile);
        holder = null;
        while (true)
        {
            // A link would lead to a file that is not ours to write to, and be nobody's lock.
            if (LinuxFile.Identify(path) is { IsRegular: false })
            {
                throw new UserErrorException($"{path} is not a regular file, so it is not this tool's; remove it");
            }

            SafeFileHandle handle;
            try
            {
                handle = LinuxFile.Open(path, create);
            }
            catch (PosixIOException error) when (error.Error == LinuxFile.NoSuchFile && !create)
            {
                return null;
            }

            try
            {
                if (!LinuxFile.TryLock(handle, path))
                {
                    holder = Describe(ReadHolder(handle)) ?? "which does not say who it is";
                    handle.Dispose();
                    return null;
                }

                if (LinuxFile.Identify(path) is { } named && named.IsSameFile(LinuxFile.Identify(handle, path)))
                {
                    string? dead = Describe(ReadHolder(handle));
                    WriteHolder(handle, clock);
                    return new RepositoryLock(handle, path, dead);
                }
            }
            catch
            {
                handle.Dispose();
                throw;
            }

            // The holder before us removed the file between our open and our lock: try the one that is there now.
            handle.Dispose();
        }
    }

    private static void WriteHolder(SafeFileHandle handle, TimeProvider clock)
    {
        // On a full disk the lock holds all the same; only its holder stays unnamed.
        string started = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes($"{Environment.ProcessId} {started}\n"), 0);
        }
        catch (IOException) { }
    }

    private static string ReadHolder(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[64];
        return Encoding.ASCII.GetString(text[..RandomAccess.Read(handle, text, 0)]);
    }

    private static string? Describe(string holder)
    {
        string[] parts = holder.TrimEnd('\n').Split(' ');
        return parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int process)
            ? $"process {process}, started {parts[1]}"
            : null;
    }
}
