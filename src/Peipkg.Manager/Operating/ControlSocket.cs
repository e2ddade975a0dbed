using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Manager.Operating;

/// <summary>
/// The way to the control socket. Linux takes no more than 107 bytes for a socket's path; a longer one is gone through
/// its directory, held open: <c>/proc/self/fd/N/manager.sock</c>.
/// </summary>
internal sealed partial class ControlSocket : IDisposable
{
    private const int LongestPath = 107;

    // fcntl.h of Linux; the same on x86_64 and aarch64.
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;

    private readonly SafeFileHandle? _directory;

    /// <param name="path">The socket's absolute path; its directory must be there.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public ControlSocket(string path)
    {
        Address = path;
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            string directory = Path.GetDirectoryName(path)!;
            int descriptor = Open(directory, PathOnly | CloseOnExec);
            if (descriptor < 0)
            {
                throw new IOException($"{directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
            }

            _directory = new SafeFileHandle(descriptor, ownsHandle: true);
            Address = $"/proc/self/fd/{descriptor}/{Path.GetFileName(path)}";
        }
    }

    /// <summary>What this process binds or connects to, as long as this object lives.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => _directory?.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
