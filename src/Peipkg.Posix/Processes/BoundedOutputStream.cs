using System.Text;
using Peipkg.Posix.Files;

namespace Peipkg.Posix.Processes;

/// <summary>
/// A stream that remembers the last bytes written to it, and how many there were: for output that may be endless and is
/// only quoted when something fails. Safe to read while another thread writes.
/// </summary>
/// <param name="limit">How many bytes are remembered.</param>
public sealed class BoundedOutputStream(int limit) : WriteOnlyStream
{
    private readonly Lock _lock = new();
    private readonly byte[] _ring = new byte[limit];
    private long _total;

    /// <summary>How many bytes were written altogether.</summary>
    public long TotalBytes
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>What is remembered; bytes that are no UTF-8 are replaced, and a cut first character is dropped.</summary>
    public string Text()
    {
        byte[] bytes = ToArray();
        int start = 0;
        if (TotalBytes > bytes.Length)
        {
            while (start < bytes.Length && (bytes[start] & 0xc0) == 0x80)
            {
                start++;
            }
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(start));
    }

    /// <summary>The bytes that are remembered.</summary>
    public byte[] ToArray()
    {
        lock (_lock)
        {
            int count = (int)Math.Min(_total, limit);
            byte[] bytes = new byte[count];
            int start = _total <= limit ? 0 : (int)(_total % limit);
            _ring.AsSpan(start, Math.Min(count, limit - start)).CopyTo(bytes);
            if (_total > limit)
            {
                _ring.AsSpan(0, start).CopyTo(bytes.AsSpan(limit - start));
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            int skipped = Math.Max(0, buffer.Length - limit);
            _total += skipped;
            ReadOnlySpan<byte> rest = buffer[skipped..];
            while (!rest.IsEmpty)
            {
                int at = (int)(_total % limit);
                int count = Math.Min(rest.Length, limit - at);
                rest[..count].CopyTo(_ring.AsSpan(at));
                _total += count;
                rest = rest[count..];
            }
        }
    }
}
