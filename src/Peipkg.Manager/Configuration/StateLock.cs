using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Format.Identity;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// One manager per state directory: an exclusive <c>flock</c>, which the kernel releases however the process ends.
/// The file's content only tells the next one who holds it.
/// </summary>
internal sealed partial class StateLock : IDisposable
{
    // fcntl.h and sys/file.h of Linux; the same on x86_64 and aarch64.
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;

    // FileStream cannot do this: it takes a lock of its own on opening, so nobody could read who the holder is.
    private readonly SafeFileHandle _file;

    private StateLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The lock file, created when missing.</param>
    /// <param name="processId">Written for the next one to name.</param>
    /// <param name="started">Likewise.</param>
    /// <exception cref="StateLockedException">Another manager holds it; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static StateLock Acquire(string path, int processId, DateTimeOffset started)
    {
        int descriptor = Open(path, ReadWrite | Create | CloseOnExec, 0b110_100_100);
        if (descriptor < 0)
        {
            throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        try
        {
            while (Flock(file, Exclusive | NonBlocking) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == WouldBlock)
                {
                    throw new StateLockedException(Path.GetDirectoryName(path)!, ReadHolder(file));
                }

                if (error != Interrupted)
                {
                    throw new IOException($"{path}: {new Win32Exception(error).Message}");
                }
            }

            string holder = $"pid {processId}, started {Timestamp.FromUnixSeconds(started.ToUnixTimeSeconds())}\n";
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(holder), 0);
            return new StateLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string ReadHolder(SafeFileHandle file)
    {
        Span<byte> content = stackalloc byte[128];
        int length = RandomAccess.Read(file, content, 0);
        string text = Encoding.ASCII.GetString(content[..length]).Trim();
        return text.Length > 0 ? text : "which is just starting";
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flock(SafeFileHandle file, int operation);
}

/// <summary>Another manager works in this state directory.</summary>
internal sealed class StateLockedException(string stateDirectory, string holder)
    : Exception(
        $"another peipkg-manager ({holder}) works in {stateDirectory}; stop it first, or give this one a state_dir of its own"
    );
