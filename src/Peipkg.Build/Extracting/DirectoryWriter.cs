using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>
/// Makes entries below a directory without following any symlink: the components of a path are opened one by one, and
/// nothing that exists is opened for writing.
/// </summary>
internal sealed class DirectoryWriter : IDisposable
{
    private const uint DirectoryMode = 0x1ed; // rwxr-xr-x
    private const uint FileMode = 0x1a4; // rw-r--r--

    private readonly DirectoryHandle _root;
    private DirectoryHandle? _last;
    private string _lastPath = "";

    /// <param name="root">An existing directory.</param>
    internal DirectoryWriter(string root) => _root = DirectoryHandle.Open(root);

    public void Dispose()
    {
        _last?.Dispose();
        _root.Dispose();
    }

    /// <summary>Makes a directory if it does not exist.</summary>
    internal void MakeDirectory(string path)
    {
        (DirectoryHandle parent, byte[] name) = Locate(path);
        Errno error = parent.MakeDirectory(name, DirectoryMode);
        if (error is not (Errno.None or Errno.Exists))
        {
            throw PosixIOException.Of(error, "make the directory", path);
        }
    }

    /// <summary>Makes a symlink.</summary>
    internal void MakeSymlink(string path, string target)
    {
        (DirectoryHandle parent, byte[] name) = Locate(path);
        Errno error = parent.MakeSymlink(name, FileName.Bytes(target));
        if (error != Errno.None)
        {
            throw PosixIOException.Of(error, "make the symlink", path);
        }
    }

    /// <summary>Makes a file that all may read and its owner may write, as far as the umask allows.</summary>
    internal FileStream MakeFile(string path)
    {
        (DirectoryHandle parent, byte[] name) = Locate(path);
        SafeFileHandle file =
            parent.TryCreateFile(name, FileMode, out Errno error)
            ?? throw PosixIOException.Of(error, "make the file", path);
        return new FileStream(file, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Sets an extended attribute of a file.</summary>
    internal Errno SetAttribute(string path, string attribute, ReadOnlySpan<byte> value)
    {
        (DirectoryHandle parent, byte[] name) = Locate(path);
        return parent.SetAttribute(name, attribute, value);
    }

    /// <summary>Lets everybody who may read a file execute it.</summary>
    internal static void MakeExecutable(FileStream file)
    {
        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        UnixFileMode readers = mode & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.SetUnixFileMode(file.SafeFileHandle, mode | (UnixFileMode)((int)readers >> 2));
    }

    /// <summary>The directory that an entry lies in, and the entry's name there.</summary>
    private (DirectoryHandle Parent, byte[] Name) Locate(string path)
    {
        int slash = path.LastIndexOf('/');
        if (slash < 0)
        {
            return (_root, FileName.Bytes(path));
        }

        string parent = path[..slash];
        if (_last is null || parent != _lastPath)
        {
            DirectoryHandle directory = _root;
            foreach (string component in parent.Split('/'))
            {
                DirectoryHandle next =
                    directory.TryOpenDirectory(FileName.Bytes(component), out Errno error)
                    ?? throw PosixIOException.Of(error, "enter", parent);
                if (directory != _root)
                {
                    directory.Dispose();
                }

                directory = next;
            }

            _last?.Dispose();
            (_last, _lastPath) = (directory, parent);
        }

        return (_last, FileName.Bytes(path[(slash + 1)..]));
    }
}
