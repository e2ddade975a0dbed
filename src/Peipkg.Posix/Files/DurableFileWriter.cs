namespace Peipkg.Posix.Files;

/// <summary>
/// A file being written. <see cref="Commit"/> puts it in place; disposing without it leaves no trace, and neither does a
/// kill where the file system can hold files without names.
/// </summary>
public sealed class DurableFileWriter : IDisposable
{
    private readonly SpecialTarget? _special;
    private readonly UnfinishedFile _file;
    private bool _flushed;

    internal DurableFileWriter(string target, UnixFileMode mode)
    {
        Target = target;
        _file = UnfinishedFile.Beside(target, mode);
    }

    internal DurableFileWriter(string target, SpecialTarget special)
    {
        Target = target;
        _special = special;
        _file = UnfinishedFile.Aside();
    }

    /// <summary>The absolute path the file will have, or a word for where the content goes.</summary>
    public string Target { get; }

    /// <summary>Whether the content goes to a device, a FIFO or an open file, instead of becoming a file.</summary>
    public bool IsSpecial => _special is not null;

    /// <summary>Where the content goes until then; unbuffered, seekable, readable.</summary>
    public Stream Stream => _file.Stream;

    /// <summary>Flushes the content to the disk, without giving it its name yet.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Flush()
    {
        if (!_flushed && _special is null)
        {
            _file.Stream.Flush(flushToDisk: true);
            _flushed = true;
        }
    }

    /// <summary>Flushes, gives the file its name, and flushes the directory.</summary>
    /// <exception cref="IOException">The disk is full or failing; the target is as it was.</exception>
    public void Commit()
    {
        Rename();
        if (_special is null)
        {
            DurableFile.SyncDirectory(Path.GetDirectoryName(Target)!);
        }
    }

    /// <summary>
    /// <see cref="Commit"/> without the directory's flush, for callers that commit many files of one directory and then
    /// call <see cref="DurableFile.SyncDirectory"/> once.
    /// </summary>
    /// <exception cref="IOException">The disk is full or failing; the target is as it was.</exception>
    public void Rename()
    {
        if (_special is not null)
        {
            _special.Write(_file.Stream);
        }
        else
        {
            Flush();
            _file.Become(Target);
        }

        _file.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
