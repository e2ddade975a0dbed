using System.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Manager.Operating;

/// <summary>
/// The way to the control socket. Linux takes no more than 107 bytes for a socket's path; a longer one is gone through
/// its directory, held open: <c>/proc/self/fd/N/manager.sock</c>.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private const int LongestPath = 107;

    private readonly DirectoryHandle? _directory;

    /// <param name="path">The socket's absolute path; its directory must be there.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public ControlSocket(string path)
    {
        Address = path;
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            _directory = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
            Address = $"{_directory.DescriptorPath}/{Path.GetFileName(path)}";
        }
    }

    /// <summary>What this process binds or connects to, as long as this object lives.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => _directory?.Dispose();
}
