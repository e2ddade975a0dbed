namespace Peipkg.Posix.Files;

/// <summary>
/// A file being written beside its target. <see cref="Commit"/> puts it in place; disposing without it leaves no trace.
/// </summary>
public sealed class DurableFileWriter : IDisposable
{
    private readonly FileStream _stream;
    private bool _flushed;
    private bool _done;

    internal DurableFileWriter(string target, UnixFileMode mode)
    {
        Target = target;
        TemporaryPath = DurableFile.TemporarySibling(target);
        _stream = new FileStream(
            TemporaryPath,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.Read,
                BufferSize = 0,
                UnixCreateMode = mode,
            }
        );

        // The process's umask may have taken bits away; what is published has the mode that was asked for.
        File.SetUnixFileMode(_stream.SafeFileHandle, mode);
    }

    /// <summary>The absolute path the file will have.</summary>
    public string Target { get; }

    /// <summary>The path it has until then.</summary>
    public string TemporaryPath { get; }

    /// <summary>Where the content goes; unbuffered, seekable, readable.</summary>
    public Stream Stream => _stream;

    /// <summary>Flushes the content to the disk, without giving it its name yet.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Flush()
    {
        if (!_flushed)
        {
            _stream.Flush(flushToDisk: true);
            _flushed = true;
        }
    }

    /// <summary>Flushes, gives the file its name, and flushes the directory.</summary>
    /// <exception cref="IOException">The disk is full or failing; the target is as it was.</exception>
    public void Commit()
    {
        Rename();
        DurableFile.SyncDirectory(Path.GetDirectoryName(Target)!);
    }

    /// <summary>
    /// <see cref="Commit"/> without the directory's flush, for callers that commit many files of one directory and then
    /// call <see cref="DurableFile.SyncDirectory"/> once.
    /// </summary>
    public void Rename()
    {
        Flush();
        DurableFile.RenameReplacing(TemporaryPath, Target);
        _done = true;
        _stream.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_done)
        {
            _done = true;
            File.Delete(TemporaryPath);
        }
    }
}
