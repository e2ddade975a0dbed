using System.Buffers;

namespace Peipkg.Format.Json;

/// <summary>Remembers the keys of every open object, to find one that comes twice.</summary>
/// <remarks>
/// A key costs eight bytes, in a large object some sixteen more, and no allocation of its own: a document of its limit's
/// size made of nothing but keys stays affordable. Hashes are the runtime's randomised ones, so nobody can prepare keys
/// that collide.
/// </remarks>
internal sealed class MemberNames
{
    // Up to this many keys a scan of their hashes is faster than a table.
    private const int ScanLimit = 48;

    private int[] _hashes = new int[64];
    private int[] _positions = new int[64];

    // Keys of the large objects: index + 1, by linear probing. Objects close in the reverse order of opening, so the
    // keys that leave are always the last that came, and a freed slot never interrupts a probe.
    private int[] _table = [];
    private int _tabled;

    /// <summary>Keys of all open objects together.</summary>
    internal int Count { get; private set; }

    /// <summary>Forgets the keys from <paramref name="first"/> on, when their object closes.</summary>
    internal void Truncate(int first)
    {
        if (Count - first > ScanLimit)
        {
            for (var index = Count - 1; index >= first; index--)
            {
                _table[SlotOf(index)] = 0;
            }

            _tabled -= Count - first;
        }

        Count = first;
    }

    /// <summary>Forgets all keys, also those of objects that never closed.</summary>
    internal void Clear()
    {
        Count = 0;
        if (_tabled > 0)
        {
            Array.Clear(_table);
            _tabled = 0;
        }
    }

    /// <summary>Adds a key to the innermost object.</summary>
    /// <param name="document">The whole document.</param>
    /// <param name="first">Index of the object's first key.</param>
    /// <param name="position">Where in the document the key's opening quote is.</param>
    /// <param name="name">The key without escapes.</param>
    /// <returns>Whether the key is new to the object.</returns>
    internal bool TryAdd(ReadOnlySpan<byte> document, int first, int position, ReadOnlySpan<byte> name)
    {
        var hash = RandomizedHash.Of(name);
        if (Count == _hashes.Length)
        {
            Array.Resize(ref _hashes, Count * 2);
            Array.Resize(ref _positions, Count * 2);
        }

        _hashes[Count] = hash;
        _positions[Count] = position;
        var known = Count - first;
        if (known < ScanLimit)
        {
            return !IsInScan(document, first, hash, name) && Accept();
        }

        Reserve(known == ScanLimit ? known + 1 : 1);
        for (var index = first; known == ScanLimit && index < Count; index++)
        {
            Insert(index);
        }

        if (IsInTable(document, first, hash, name))
        {
            return false;
        }

        Insert(Count);
        return Accept();
    }

    /// <summary>The bytes between a key's quotes, escapes and all.</summary>
    internal static ReadOnlySpan<byte> RawName(ReadOnlySpan<byte> document, int position)
    {
        var start = position + 1;
        var end = start;
        while (document[end] != (byte)'"')
        {
            end += document[end] == (byte)'\\' ? 2 : 1;
        }

        return document[start..end];
    }

    private static bool IsSame(ReadOnlySpan<byte> document, int position, ReadOnlySpan<byte> name)
    {
        var raw = RawName(document, position);
        if (!raw.Contains((byte)'\\'))
        {
            return raw.SequenceEqual(name);
        }

        var plain = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            return plain.AsSpan(0, JsonText.Unescape(raw, plain)).SequenceEqual(name);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private bool Accept()
    {
        Count++;
        return true;
    }

    private bool IsInScan(ReadOnlySpan<byte> document, int first, int hash, ReadOnlySpan<byte> name)
    {
        var hashes = _hashes.AsSpan(first, Count - first);
        for (var at = hashes.IndexOf(hash); at >= 0; )
        {
            if (IsSame(document, _positions[first + at], name))
            {
                return true;
            }

            var next = hashes[(at + 1)..].IndexOf(hash);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    private bool IsInTable(ReadOnlySpan<byte> document, int first, int hash, ReadOnlySpan<byte> name)
    {
        var mask = _table.Length - 1;
        for (var slot = hash & mask; _table[slot] != 0; slot = (slot + 1) & mask)
        {
            // Keys from 'first' on all belong to the innermost object, since those of closed ones are gone.
            var index = _table[slot] - 1;
            if (index >= first && _hashes[index] == hash && IsSame(document, _positions[index], name))
            {
                return true;
            }
        }

        return false;
    }

    private void Insert(int index)
    {
        var mask = _table.Length - 1;
        var slot = _hashes[index] & mask;
        while (_table[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        _table[slot] = index + 1;
        _tabled++;
    }

    private int SlotOf(int index)
    {
        var mask = _table.Length - 1;
        var slot = _hashes[index] & mask;
        while (_table[slot] != index + 1)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Reserve(int more)
    {
        if ((_tabled + more) * 2L <= _table.Length)
        {
            return;
        }

        // Keys enter the larger table in the order they came, which removal relies on.
        var keys = new List<int>(_tabled);
        foreach (var entry in _table)
        {
            if (entry != 0)
            {
                keys.Add(entry - 1);
            }
        }

        keys.Sort();
        var size = Math.Max(_table.Length, 256);
        while ((_tabled + more) * 2L > size)
        {
            size *= 2;
        }

        _table = new int[size];
        _tabled = 0;
        keys.ForEach(Insert);
    }
}
