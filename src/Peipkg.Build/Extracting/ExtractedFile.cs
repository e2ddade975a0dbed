using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>
/// A file that is written from a package. Packages carry no modes, so a file that starts like a program or a script is made
/// executable.
/// </summary>
/// <param name="file">The file; disposed with this.</param>
internal sealed class ExtractedFile(FileStream file) : WriteOnlyStream
{
    private readonly byte[] _start = new byte[4];
    private long _written;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (int i = 0; i < buffer.Length && _written + i < _start.Length; i++)
        {
            _start[_written + i] = buffer[i];
        }

        file.Write(buffer);
        _written += buffer.Length;
    }

    public override void Flush() => file.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_start.AsSpan().SequenceEqual("\u007fELF"u8) || _start.AsSpan(0, 2).SequenceEqual("#!"u8))
            {
                DirectoryWriter.MakeExecutable(file);
            }

            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
