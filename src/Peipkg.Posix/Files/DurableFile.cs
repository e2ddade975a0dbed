using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>
/// The one way to write a file that matters: it is written without its name, flushed, given the name in one step, and the
/// directory is flushed. Whoever looks at the target, also after a power cut, sees the old content or the new one, whole.
/// </summary>
/// <remarks>
/// A symlink to a file is replaced like a file: the new file is where the link was, and what it led to stays. A device, a
/// FIFO or a link to one is never replaced; see <see cref="Create"/>.
/// </remarks>
public static class DurableFile
{
    /// <summary>How the name of every temporary file ends; the name begins with a dot.</summary>
    public const string TemporarySuffix = ".peipkg-tmp";

    /// <summary>Mode 0644: everything these tools publish is public.</summary>
    public const UnixFileMode PublicMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Mode 0600: private keys.</summary>
    public const UnixFileMode PrivateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes or replaces a file in one step.</summary>
    /// <exception cref="IOException">The disk is full or refuses; the target is as it was.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = PublicMode)
    {
        using DurableFileWriter writer = Create(path, mode);
        writer.Stream.Write(content);
        writer.Commit();
    }

    /// <summary>
    /// Begins a file that appears at <paramref name="path"/> when it is committed. Where a device or a FIFO is, or a
    /// symlink that leads to one or to an open file, as <c>/dev/stdout</c> does, the content is kept aside and written there
    /// on commit: nothing is replaced.
    /// </summary>
    /// <exception cref="IOException">The directory is missing or refuses, or a directory is at the path.</exception>
    public static DurableFileWriter Create(string path, UnixFileMode mode = PublicMode)
    {
        string full = Path.GetFullPath(path);
        if (SpecialTarget.At(full) is { } special)
        {
            return new DurableFileWriter(full, special);
        }

        return FileStatus.Of(full) is { IsDirectory: true }
            ? throw new PosixIOException($"{path} is a directory; name a file", Errno.IsDirectory)
            : new DurableFileWriter(full, mode);
    }

    /// <summary>Begins content that is written to standard output, all of it at once, when it is committed.</summary>
    public static DurableFileWriter CreateForStandardOutput() =>
        new("standard output", SpecialTarget.OfDescriptor(StandardDescriptors.Output));

    /// <summary>
    /// Whether what is written to a path goes to a device, a FIFO or an open file, where nothing can be replaced or taken
    /// back, rather than into a file of that name.
    /// </summary>
    public static bool IsSpecial(string path) => SpecialTarget.At(Path.GetFullPath(path)) is not null;

    /// <summary>Whether a path leads to this process's standard output, as <c>/dev/stdout</c> does.</summary>
    public static bool IsStandardOutput(string path) =>
        SpecialTarget.At(Path.GetFullPath(path)) is { IsStandardOutput: true };

    /// <summary>A fresh name for a temporary sibling of <paramref name="path"/>, a file or a directory.</summary>
    public static string TemporarySibling(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string name = Path.GetFileName(full);
        string stem =
            name.Length <= PosixLimits.SiblingStemCharacters ? name : name[..PosixLimits.SiblingStemCharacters];
        return Path.Combine(Path.GetDirectoryName(full) ?? "/", $".{stem}.{Guid.NewGuid():N}{TemporarySuffix}");
    }

    /// <summary>Whether a file or directory name is one that <see cref="TemporarySibling"/> makes.</summary>
    public static bool IsTemporaryName(string name) =>
        name.StartsWith('.') && name.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    /// <summary>Makes the content of a file that others wrote durable (fsync).</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public static void SyncFile(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Makes the entries of a directory durable (fsync).</summary>
    /// <exception cref="PosixIOException">The disk is failing.</exception>
    public static void SyncDirectory(string directory)
    {
        using DirectoryHandle handle = DirectoryHandle.Open(directory);
        if (LibC.Synchronise(handle.Handle) != 0)
        {
            throw PosixIOException.Last("flush", directory);
        }
    }

    /// <summary>Makes all that was written to the file system of <paramref name="directory"/> durable (syncfs).</summary>
    /// <exception cref="PosixIOException">The disk is failing.</exception>
    public static void SyncFileSystem(string directory)
    {
        using DirectoryHandle handle = DirectoryHandle.Open(directory);
        if (LibC.SynchroniseFileSystem(handle.Handle) != 0)
        {
            throw PosixIOException.Last("flush the file system of", directory);
        }
    }

    /// <summary>Swaps two existing files or directories of one file system in a single step.</summary>
    /// <exception cref="PosixIOException">Also where the file system cannot exchange (EINVAL).</exception>
    public static void Exchange(string first, string second) => Rename(first, second, LibC.RenameExchange);

    /// <summary>Renames, failing where the target exists.</summary>
    /// <exception cref="PosixIOException">EEXIST when the target exists.</exception>
    public static void RenameNoReplace(string from, string to) => Rename(from, to, LibC.RenameNoReplace);

    /// <summary>Renames over whatever file, or empty directory, is at the target.</summary>
    /// <exception cref="PosixIOException">The file system refuses.</exception>
    public static void RenameReplacing(string from, string to) => Rename(from, to, 0);

    /// <summary>Makes a directory where nothing is, mode 0777 less the umask.</summary>
    /// <exception cref="PosixIOException">The file system refuses, or something is there.</exception>
    public static void MakeDirectory(string path)
    {
        if (LibC.MakeDirectory(path, 0x1ff) != 0)
        {
            throw PosixIOException.Last("make the directory", path);
        }
    }

    private static void Rename(string from, string to, uint flags)
    {
        if (LibC.RenameAt2(LibC.CurrentDirectory, from, LibC.CurrentDirectory, to, flags) != 0)
        {
            throw PosixIOException.Last($"rename {from} to", to);
        }
    }
}
