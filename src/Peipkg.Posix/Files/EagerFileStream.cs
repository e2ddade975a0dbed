using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// A new file whose content begins its way to the disk while more of it is made, so that the flush at the end waits for
/// little.
/// </summary>
internal sealed class EagerFileStream : FileStream
{
    /// <summary>Bytes after which the disk is given what there is.</summary>
    private const long Step = 4 << 20;

    private long _begun;

    internal EagerFileStream(SafeFileHandle handle)
        : base(handle, FileAccess.ReadWrite, bufferSize: 0) { }

    internal EagerFileStream(string path, FileStreamOptions options)
        : base(path, options) { }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        base.Write(buffer, offset, count);
        long length = Position - _begun;
        if (length >= Step)
        {
            // What goes wrong here is said by the flush.
            _ = LibC.SynchroniseRange(SafeFileHandle, _begun, length, LibC.BeginWriting);
            _begun += length;
        }
    }
}
