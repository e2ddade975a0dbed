using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>What of a tree is copied besides contents, names, modes, times and links.</summary>
public sealed record TreeCopyOptions
{
    /// <summary>
    /// The order in which the entries of each directory are made: a file system that lists them as they came lists the
    /// copy's in the opposite order with <see cref="TreeOrder.Reversed"/>.
    /// </summary>
    public TreeOrder Order { get; init; } = TreeOrder.Listed;

    /// <summary>Whether owners and groups are kept, which only root may.</summary>
    public bool KeepOwners { get; init; }
}

/// <summary>
/// Copies a tree as it is: names of any bytes, any depth, symlinks as symlinks, several names of one file as such, FIFOs,
/// sockets and devices as what they are, modes and times. Extended attributes are left out.
/// </summary>
public static class TreeCopy
{
    /// <summary>Copies all that is in a directory into another.</summary>
    /// <param name="from">The directory, perhaps a symlink to it.</param>
    /// <param name="to">An empty directory that nobody else writes to.</param>
    /// <param name="options">What is copied.</param>
    /// <param name="cancellation">Stops between two pieces of content.</param>
    /// <exception cref="PosixIOException">Something cannot be read or written, or changed meanwhile; what was copied so far stays.</exception>
    /// <exception cref="OperationCanceledException">Likewise.</exception>
    public static void Run(string from, string to, TreeCopyOptions options, CancellationToken cancellation)
    {
        using Copier copier = new(from, to, options, cancellation);
        copier.Run();
    }

    private sealed unsafe class Copier : IDisposable
    {
        private const uint Private = 0x1c0;

        private readonly TreeWalk _walk;
        private readonly DirectoryHandle _top;
        private readonly DirectoryChain _target;
        private readonly TreeCopyOptions _options;
        private readonly CancellationToken _cancellation;
        private readonly byte[] _buffer = new byte[PosixLimits.CopyBytes];

        // The first copy of a file with several names, by its path below the top.
        private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _linked = [];
        private readonly List<byte[]> _path = [];

        internal Copier(string from, string to, TreeCopyOptions options, CancellationToken cancellation)
        {
            _options = options;
            _cancellation = cancellation;
            _top = DirectoryHandle.Open(to);
            _target = new DirectoryChain(DirectoryHandle.Open(to), null);
            _walk = TreeWalk.Begin(from, options.Order);
        }

        public void Dispose()
        {
            _walk?.Dispose();
            _target.Dispose();
            _top.Dispose();
        }

        internal void Run()
        {
            while (_walk.Next())
            {
                _cancellation.ThrowIfCancellationRequested();
                LibC.StatBuffer status = Status();
                if (_walk.Step == TreeStep.Leave)
                {
                    _target.Ascend();
                    _path.RemoveAt(_path.Count - 1);
                    Finish(status);
                    continue;
                }

                switch (FileKinds.OfMode(status.Mode))
                {
                    case FileKind.Directory:
                        Enter();
                        break;
                    case FileKind.File:
                        CopyFile(status);
                        break;
                    case FileKind.Symlink:
                        CopySymlink(status);
                        break;
                    default:
                        CopyNode(status);
                        break;
                }
            }
        }

        private LibC.StatBuffer Status() =>
            _walk.Directory.TryRawStatus(_walk.Name, out LibC.StatBuffer status)
                ? status
                : throw PosixIOException.Last("examine", _walk.DisplayPath);

        private void Enter()
        {
            ReadOnlySpan<byte> name = _walk.Name;
            Require(_target.Current.MakeDirectory(name, Private));
            DirectoryHandle made = _target.Current.TryOpenDirectory(name, out Errno error) ?? throw Failure(error);
            _target.Descend(made, made.Status(), name, null);
            _path.Add(name.ToArray());
            Require(_walk.Enter());
        }

        private void CopyFile(LibC.StatBuffer status)
        {
            byte[]? path = status.Links > 1 ? PathBelowTop() : null;
            (ulong, ulong) identity = (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode);
            if (path is not null && _linked.TryGetValue(identity, out byte[]? first))
            {
                Require(Link(first));
                return;
            }

            FileStatus expected = new(in status);
            using (
                SafeFileHandle source = _walk.Directory.TryOpenFile(_walk.Name, out Errno error) ?? throw Failure(error)
            )
            using (
                SafeFileHandle copy =
                    _target.Current.TryCreateFile(_walk.Name, Private, out error) ?? throw Failure(error)
            )
            {
                FileStatus opened = FileStatus.Of(source, _walk.DisplayPath);
                if (!opened.IsRegular || !opened.IsSameFile(expected))
                {
                    throw new PosixIOException($"{_walk.DisplayPath} changed while it was being copied", Errno.Stale);
                }

                long position = 0;
                while (RandomAccess.Read(source, _buffer, position) is int count and > 0)
                {
                    _cancellation.ThrowIfCancellationRequested();
                    RandomAccess.Write(copy, _buffer.AsSpan(0, count), position);
                    position += count;
                }
            }

            Finish(status);
            if (path is not null)
            {
                _linked.Add(identity, path);
            }
        }

        private void CopySymlink(LibC.StatBuffer status)
        {
            byte[] target = _walk.Directory.TryReadLink(_walk.Name, out Errno error) ?? throw Failure(error);
            Require(_target.Current.MakeSymlink(_walk.Name, target));
            Finish(status);
        }

        private void CopyNode(LibC.StatBuffer status)
        {
            // makedev of the C library.
            ulong device =
                ((ulong)(status.NodeMajor & 0xfff) << 8)
                | ((ulong)(status.NodeMajor & ~0xfffu) << 32)
                | (status.NodeMinor & 0xff)
                | ((ulong)(status.NodeMinor & ~0xffu) << 12);
            using Name name = new(_walk.Name, stackalloc byte[Name.Inline]);
            fixed (byte* text = name.Bytes)
            {
                Require(DirectoryHandle.Result(LibC.MakeNodeAt(_target.Current.Handle, text, status.Mode, device)));
            }

            Finish(status);
        }

        /// <summary>Gives the copy of the entry its owner, mode and times, in the order in which none takes another away.</summary>
        private void Finish(LibC.StatBuffer status)
        {
            SafeFileHandle directory = _target.Current.Handle;
            bool link = FileKinds.OfMode(status.Mode) == FileKind.Symlink;
            using Name name = new(_walk.Name, stackalloc byte[Name.Inline]);
            LibC.TimeSpecification* times = stackalloc LibC.TimeSpecification[2];
            times[0] = new() { Nanoseconds = LibC.KeepTime };
            times[1] = new() { Seconds = status.ModifiedSeconds, Nanoseconds = status.ModifiedNanoseconds };
            fixed (byte* text = name.Bytes)
            {
                if (_options.KeepOwners)
                {
                    Require(
                        DirectoryHandle.Result(
                            LibC.ChangeOwnerAt(directory, text, status.User, status.Group, LibC.OfLink)
                        )
                    );
                }

                if (!link)
                {
                    Require(_target.Current.ChangeMode(_walk.Name, status.Mode & 0xfffu));
                }

                Require(DirectoryHandle.Result(LibC.ChangeTimesAt(directory, text, times, LibC.OfLink)));
            }
        }

        private Errno Link(byte[] first)
        {
            using Name existing = new(first, stackalloc byte[Name.Inline]);
            using Name name = new(_walk.Name, stackalloc byte[Name.Inline]);
            fixed (byte* existingText = existing.Bytes)
            fixed (byte* text = name.Bytes)
            {
                return DirectoryHandle.Result(LibC.LinkAt(_top.Handle, existingText, _target.Current.Handle, text, 0));
            }
        }

        // Null where it is longer than one call takes: then every name gets a copy of its own.
        private byte[]? PathBelowTop()
        {
            int length = _path.Sum(static name => name.Length + 1) + _walk.Name.Length;
            if (length > PosixLimits.PathBytes)
            {
                return null;
            }

            byte[] path = new byte[length];
            int at = 0;
            foreach (byte[] name in _path)
            {
                name.CopyTo(path, at);
                path[at + name.Length] = (byte)'/';
                at += name.Length + 1;
            }

            _walk.Name.CopyTo(path.AsSpan(at));
            return path;
        }

        private void Require(Errno error)
        {
            if (error != Errno.None)
            {
                throw Failure(error);
            }
        }

        private PosixIOException Failure(Errno error) => PosixIOException.Of(error, "copy", _walk.DisplayPath);
    }
}
