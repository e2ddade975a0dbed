using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Attestations;

/// <summary>Takes the SHA-1 of every file of a package while it is read.</summary>
public sealed class FileSha1 : IPayloadReceiver
{
    private static readonly string Empty = Sha1Hasher.Text([]);

    private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);
    private readonly Sha1Hasher _hasher = new();

    /// <inheritdoc/>
    public void Take(PackageEntry entry)
    {
        // A bill of materials lists files alone.
    }

    /// <inheritdoc/>
    public Stream? Open(FilesEntry file) => new HashedContent(this, file.Path);

    /// <summary>The digest of a file that was read, lower-case hexadecimal digits.</summary>
    internal string Of(FilesEntry file) => file.Size == 0 ? Empty : _digests[file.Path];

    private sealed class HashedContent(FileSha1 owner, string path) : Stream
    {
        private bool _done;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => owner._hasher.Append(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_done)
            {
                _done = true;
                owner._digests[path] = owner._hasher.Finish();
            }

            base.Dispose(disposing);
        }
    }
}
