using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// Reads an open regular file, unbuffered and seekable. <see cref="FileStream"/> would look at the file once more, and lock
/// it: three system calls for each of many small files.
/// </summary>
/// <param name="file">The file, which the stream owns.</param>
internal sealed unsafe class RegularFileStream(SafeFileHandle file) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => FileStatus.Of(file, "an open file").Size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = LibC.ReadFrom(file, start, (nuint)buffer.Length, _position);
                if (count >= 0)
                {
                    _position += count;
                    return (int)count;
                }

                if (PosixIOException.LastError != Errno.Interrupted)
                {
                    throw PosixIOException.Last("read", "an open file");
                }
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position =
            offset
            + (
                origin switch
                {
                    SeekOrigin.Begin => 0,
                    SeekOrigin.Current => _position,
                    _ => Length,
                }
            );

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
