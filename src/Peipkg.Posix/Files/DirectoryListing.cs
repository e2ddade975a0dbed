using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// The entries of an open directory, without <c>.</c> and <c>..</c>, read in pieces. What is removed or made meanwhile may
/// or may not be met; what stays is met once.
/// </summary>
internal sealed unsafe class DirectoryListing
{
    // struct linux_dirent64: inode, offset, length, type, and the name with a zero behind it.
    private const int LengthAt = 16;
    private const int TypeAt = 18;
    private const int NameAt = 19;

    private readonly Func<string> _place;
    private byte[] _entries = [];
    private bool _rented;
    private int _at;
    private int _end;
    private bool _complete;
    private int[]? _order;
    private int _next;

    /// <param name="place">Tells where this is, for messages.</param>
    internal DirectoryListing(Func<string> place) => _place = place;

    /// <summary>Reads all of it and sorts it by the bytes of the names, the last first.</summary>
    /// <exception cref="PosixIOException">It cannot be read.</exception>
    internal void ReadReversed(SafeFileHandle directory)
    {
        Complete(directory);
        List<int> starts = [];
        for (int at = 0; at < _end; at += LengthOf(at))
        {
            starts.Add(at);
        }

        starts.Sort((one, other) => NameOf(other).SequenceCompareTo(NameOf(one)));
        _order = [.. starts];
    }

    /// <summary>Goes to the next entry.</summary>
    /// <param name="directory">The directory; not looked at when it is known to be read completely.</param>
    /// <param name="entry">Where the entry is, for <see cref="NameOf"/> and <see cref="KindOf"/>, until the next call.</param>
    /// <exception cref="PosixIOException">It cannot be read.</exception>
    internal bool Next(SafeFileHandle? directory, out int entry)
    {
        if (_order is not null)
        {
            bool more = _next < _order.Length;
            entry = more ? _order[_next++] : 0;
            return more;
        }

        do
        {
            if (_at == _end && !Fill(directory))
            {
                entry = 0;
                return false;
            }

            entry = _at;
            _at += LengthOf(entry);
        } while (IsItselfOrParent(NameOf(entry)));

        return true;
    }

    /// <summary>Reads what is left, so that the directory need not be open any more.</summary>
    /// <exception cref="PosixIOException">It cannot be read.</exception>
    internal void Complete(SafeFileHandle directory)
    {
        if (_complete)
        {
            return;
        }

        byte[] chunk = ArrayPool<byte>.Shared.Rent(PosixLimits.DirectoryChunkBytes);
        try
        {
            using MemoryStream kept = new();
            Keep(_entries.AsSpan(_at.._end), kept);
            int length;
            while ((length = Read(directory, chunk)) > 0)
            {
                Keep(chunk.AsSpan(0, length), kept);
            }

            Release();
            _entries = kept.ToArray();
            (_at, _end, _complete) = (0, _entries.Length, true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>Gives the memory back.</summary>
    internal void Release()
    {
        if (_rented)
        {
            ArrayPool<byte>.Shared.Return(_entries);
            _rented = false;
        }

        (_entries, _at, _end) = ([], 0, 0);
    }

    /// <summary>The name of an entry.</summary>
    internal ReadOnlySpan<byte> NameOf(int entry)
    {
        ReadOnlySpan<byte> rest = _entries.AsSpan(entry + NameAt);
        return rest[..rest.IndexOf((byte)0)];
    }

    /// <summary>What the directory says that an entry is; some file systems do not.</summary>
    internal FileKind KindOf(int entry) => FileKinds.OfListing(_entries[entry + TypeAt]);

    private static bool IsItselfOrParent(ReadOnlySpan<byte> name) => name is [(byte)'.'] or [(byte)'.', (byte)'.'];

    private static void Keep(ReadOnlySpan<byte> entries, MemoryStream kept)
    {
        while (!entries.IsEmpty)
        {
            int length = MemoryMarshal.Read<ushort>(entries[LengthAt..]);
            ReadOnlySpan<byte> name = entries[NameAt..length];
            if (!IsItselfOrParent(name[..name.IndexOf((byte)0)]))
            {
                kept.Write(entries[..length]);
            }

            entries = entries[length..];
        }
    }

    private int LengthOf(int entry) => MemoryMarshal.Read<ushort>(_entries.AsSpan(entry + LengthAt));

    private bool Fill(SafeFileHandle? directory)
    {
        if (_complete || directory is null)
        {
            return false;
        }

        if (!_rented)
        {
            _entries = ArrayPool<byte>.Shared.Rent(PosixLimits.DirectoryChunkBytes);
            _rented = true;
        }

        (_at, _end) = (0, Read(directory, _entries));
        _complete = _end == 0;
        return !_complete;
    }

    private int Read(SafeFileHandle directory, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            nint length = LibC.ReadDirectory(directory, start, PosixLimits.DirectoryChunkBytes);
            return length >= 0 ? (int)length : throw PosixIOException.Last("read the directory", _place());
        }
    }
}
