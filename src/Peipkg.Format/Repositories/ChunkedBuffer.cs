using System.Buffers;

namespace Peipkg.Format.Repositories;

/// <summary>A growing buffer that never copies what it holds until the end, for documents of a hundred megabytes.</summary>
internal sealed class ChunkedBuffer : IBufferWriter<byte>
{
    private const int ChunkSize = 1 << 20;

    private readonly List<(byte[] Bytes, int Used)> _full = [];
    private byte[] _current = new byte[64 << 10];
    private int _used;
    private long _total;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_current.Length - _used));
        _used += count;
        _total += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _current.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _current.AsSpan(_used);
    }

    /// <summary>Everything written, in one array.</summary>
    internal byte[] ToArray()
    {
        var result = GC.AllocateUninitializedArray<byte>(checked((int)_total));
        var at = 0;
        foreach (var (bytes, used) in _full)
        {
            bytes.AsSpan(0, used).CopyTo(result.AsSpan(at));
            at += used;
        }

        _current.AsSpan(0, _used).CopyTo(result.AsSpan(at));
        return result;
    }

    private void Reserve(int sizeHint)
    {
        if (_current.Length - _used >= Math.Max(sizeHint, 1))
        {
            return;
        }

        _full.Add((_current, _used));
        _current = new byte[Math.Max(sizeHint, ChunkSize)];
        _used = 0;
    }
}
