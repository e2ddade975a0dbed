using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>
/// Makes entries below a directory without ever following a symlink: every component of every path is opened by itself,
/// and nothing that exists is opened for writing.
/// </summary>
internal sealed unsafe partial class DirectoryWriter : IDisposable
{
    private const uint DirectoryMode = 0x1ed; // rwxr-xr-x
    private const int Exists = 17;

    private readonly SafeFileHandle _root;
    private SafeFileHandle? _last;
    private string _lastPath = "";

    /// <param name="root">An existing directory.</param>
    internal DirectoryWriter(string root) =>
        _root =
            PosixTree.OpenDirectory(null, Encoding.UTF8.GetBytes(PosixTree.RealPath(root)), out _)
            ?? throw PosixTree.Failure("open", root);

    public void Dispose()
    {
        _last?.Dispose();
        _root.Dispose();
    }

    /// <summary>Makes a directory, if there is none yet.</summary>
    internal void MakeDirectory(string path)
    {
        (SafeFileHandle parent, string name) = Locate(path);
        fixed (byte* text = Terminated(name))
        {
            if (MkDirAt(parent, text, DirectoryMode) != 0 && Marshal.GetLastPInvokeError() != Exists)
            {
                throw PosixTree.Failure("make the directory", path);
            }
        }
    }

    /// <summary>Makes a symlink.</summary>
    internal void MakeSymlink(string path, string target)
    {
        (SafeFileHandle parent, string name) = Locate(path);
        fixed (byte* text = Terminated(name))
        fixed (byte* targetText = Terminated(target))
        {
            if (SymlinkAt(targetText, parent, text) != 0)
            {
                throw PosixTree.Failure("make the symlink", path);
            }
        }
    }

    /// <summary>Makes a file, readable by all and writable by its owner, as far as the umask lets it.</summary>
    internal FileStream MakeFile(string path)
    {
        (SafeFileHandle parent, string name) = Locate(path);
        return new FileStream(
            PosixTree.CreateFile(parent, Encoding.UTF8.GetBytes(name))
                ?? throw PosixTree.Failure("make the file", path),
            FileAccess.Write,
            bufferSize: 0
        );
    }

    /// <summary>Lets a file that was just made be executed by those who may read it.</summary>
    internal static void MakeExecutable(FileStream file)
    {
        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        UnixFileMode readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(file.SafeFileHandle, mode | (UnixFileMode)((int)readers >> 2));
    }

    /// <summary>The directory that an entry lies in, and the entry's name there.</summary>
    private (SafeFileHandle Parent, string Name) Locate(string path)
    {
        int slash = path.LastIndexOf('/');
        if (slash < 0)
        {
            return (_root, path);
        }

        string parent = path[..slash];
        if (_last is null || parent != _lastPath)
        {
            SafeFileHandle directory = _root;
            foreach (string component in parent.Split('/'))
            {
                SafeFileHandle next =
                    PosixTree.OpenDirectory(directory, Encoding.UTF8.GetBytes(component), out _)
                    ?? throw PosixTree.Failure("enter", parent);
                if (directory != _root)
                {
                    directory.Dispose();
                }

                directory = next;
            }

            _last?.Dispose();
            (_last, _lastPath) = (directory, parent);
        }

        return (_last, path[(slash + 1)..]);
    }

    private static byte[] Terminated(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkDirAt(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkAt(byte* target, SafeFileHandle directory, byte* path);
}
