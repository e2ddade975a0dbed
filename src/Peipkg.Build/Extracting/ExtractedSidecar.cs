using Peipkg.Posix.Files;

namespace Peipkg.Build.Extracting;

/// <summary>The signature of a file, which becomes an attribute of that file instead of a file of its own (PSPU 5.16).</summary>
/// <param name="set">Sets the attribute; called with the whole signature when the stream is disposed.</param>
internal sealed class ExtractedSidecar(Action<byte[]> set) : WriteOnlyStream
{
    private readonly MemoryStream _content = new();

    public override void Write(ReadOnlySpan<byte> buffer) => _content.Write(buffer);

    public override void Flush() { }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            set(_content.ToArray());
            _content.Dispose();
        }

        base.Dispose(disposing);
    }
}
