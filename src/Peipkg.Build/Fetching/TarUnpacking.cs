using System.Formats.Tar;
using System.Globalization;
using Peipkg.Build.Extracting;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;

namespace Peipkg.Build.Fetching;

/// <summary>
/// Writes what a stranger's tar archive holds below a directory: files, directories, links that stay inside. Nothing is
/// written through a link, nothing is replaced, and of modes only whether a file can be executed is kept.
/// </summary>
internal sealed class TarUnpacking : IDisposable
{
    private readonly string _shown;
    private readonly string _target;
    private readonly long _mostBytes;
    private readonly DirectoryWriter _writer;
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal) { "" };
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private int _entries;
    private long _bytes;

    /// <param name="shown">What the archive is called in messages.</param>
    /// <param name="target">An empty directory that nobody else writes to.</param>
    /// <param name="mostBytes">How much may be written.</param>
    internal TarUnpacking(string shown, string target, long mostBytes)
    {
        _shown = shown;
        _target = target;
        _mostBytes = mostBytes;
        _writer = new DirectoryWriter(target);
    }

    /// <summary>The time of the newest file.</summary>
    internal DateTimeOffset Newest { get; private set; } = DateTimeOffset.UnixEpoch;

    /// <summary>Unpacks an archive.</summary>
    /// <exception cref="UserErrorException">It is damaged, or holds what must not be.</exception>
    internal void Unpack(Stream archive, CancellationToken cancellation)
    {
        try
        {
            using TarReader reader = new(archive, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                Take(entry);
            }
        }
        catch (Exception exception)
            when (exception
                    is InvalidDataException
                        or EndOfStreamException
                        or FormatException
                        or ArgumentException
                        or OverflowException
                        or NotSupportedException
            )
        {
            throw new UserErrorException($"{_shown} is damaged: {exception.Message}", exception);
        }

        if (_entries == 0)
        {
            throw new UserErrorException($"{_shown} holds no files");
        }
    }

    /// <summary>Refuses links of a directory that lead out of it.</summary>
    /// <param name="root">The directory, relative to where the archive was unpacked; empty for all of it.</param>
    /// <exception cref="UserErrorException">One does.</exception>
    internal void RequireLinksWithin(string root)
    {
        string prefix = root.Length == 0 ? "" : root + "/";
        foreach ((string path, string target) in _links)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            // ".." stands at the front only, where the directories are known to be none that a link leads to.
            int up = target.Split('/').TakeWhile(name => name == "..").Count();
            if (up > path[prefix.Length..].Count(c => c == '/'))
            {
                throw Refused(path, $"is a symlink to {DisplayText.Quote(target)}, which lies outside the source tree");
            }
        }
    }

    public void Dispose() => _writer.Dispose();

    private void Take(TarEntry entry)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        if (++_entries > FetchLimits.Entries)
        {
            throw new UserErrorException(
                string.Create(CultureInfo.InvariantCulture, $"{_shown} holds more than {FetchLimits.Entries} files")
            );
        }

        string path = PathOf(entry.Name);
        if (path.Length == 0)
        {
            return;
        }

        if (entry.EntryType == TarEntryType.Directory)
        {
            MakeDirectories(path);
            return;
        }

        int slash = path.LastIndexOf('/');
        MakeDirectories(slash < 0 ? "" : path[..slash]);
        if (_directories.Contains(path) || _files.Contains(path) || _links.ContainsKey(path))
        {
            throw Refused(path, "is there twice");
        }

        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                WriteFile(path, entry.DataStream ?? Stream.Null, entry.Length, entry.Mode, entry.ModificationTime);
                Newest = entry.ModificationTime > Newest ? entry.ModificationTime : Newest;
                break;
            case TarEntryType.HardLink:
                WriteCopy(path, PathOf(entry.LinkName));
                break;
            case TarEntryType.SymbolicLink:
                _writer.MakeSymlink(path, LinkTargetOf(path, entry.LinkName));
                _links.Add(path, entry.LinkName);
                break;
            default:
                throw Refused(path, "is neither a file nor a directory nor a link");
        }
    }

    private void WriteFile(string path, Stream content, long length, UnixFileMode mode, DateTimeOffset time)
    {
        const UnixFileMode Executable =
            UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Charge(length);
        using FileStream file = _writer.MakeFile(path);
        content.CopyTo(file);
        if ((mode & Executable) != 0)
        {
            DirectoryWriter.MakeExecutable(file);
        }

        File.SetLastWriteTimeUtc(file.SafeFileHandle, time.UtcDateTime);
        _files.Add(path);
    }

    // A copy serves a source tree as well, and a link could be one to something else by now.
    private void WriteCopy(string path, string original)
    {
        if (!_files.Contains(original))
        {
            throw Refused(path, $"is a hard link to {DisplayText.Quote(original)}, which is no file before it");
        }

        FileInfo file = new(Path.Combine(_target, original));
        using FileStream content = file.OpenRead();
        WriteFile(path, content, file.Length, file.UnixFileMode, file.LastWriteTimeUtc);
    }

    private void MakeDirectories(string path)
    {
        if (_directories.Contains(path))
        {
            return;
        }

        int slash = path.LastIndexOf('/');
        MakeDirectories(slash < 0 ? "" : path[..slash]);
        if (_files.Contains(path) || _links.ContainsKey(path))
        {
            throw Refused(path, "is a directory and something else as well");
        }

        _writer.MakeDirectory(path);
        _directories.Add(path);
    }

    private string PathOf(string name)
    {
        string[] components = name.Split('/');
        string? fault =
            name.StartsWith('/') ? "is an absolute path"
            : components.Contains("..") ? "leads out of the archive"
            : name.Contains('\ufffd', StringComparison.Ordinal) ? "is not UTF-8"
            : name.Contains('\0', StringComparison.Ordinal) ? "holds a zero byte"
            : null;
        return fault is null
            ? string.Join('/', components.Where(component => component is not ("" or ".")))
            : throw Refused(name, fault);
    }

    private string LinkTargetOf(string path, string target)
    {
        string[] names = target.Split('/');
        string? fault =
            target.Length == 0 || target.StartsWith('/') || target.Contains('\ufffd', StringComparison.Ordinal)
                ? "which is no path inside the archive"
            : names.SkipWhile(name => name == "..").Contains("..") ? "which leads down and up again"
            : null;
        return fault is null ? target : throw Refused(path, $"is a symlink to {DisplayText.Quote(target)}, {fault}");
    }

    private void Charge(long length)
    {
        _bytes += length;
        if (_bytes > _mostBytes)
        {
            throw new UserErrorException(
                $"{_shown} unpacks to more than {ByteCount.Text(_mostBytes)}, which no source does"
            );
        }
    }

    private UserErrorException Refused(string path, string fault) =>
        new($"{_shown}: {DisplayText.Quote(path)} {fault}");
}
