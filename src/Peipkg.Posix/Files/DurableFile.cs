using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>
/// The one way to write a file that matters: a temporary sibling, flushed, renamed over the target, and the directory
/// flushed. Whoever looks at the target, also after a power cut, sees the old content or the new one, whole.
/// </summary>
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

    /// <summary>Begins a file that appears at <paramref name="path"/> when it is committed.</summary>
    /// <exception cref="IOException">The directory is missing or refuses.</exception>
    public static DurableFileWriter Create(string path, UnixFileMode mode = PublicMode) =>
        new(Path.GetFullPath(path), mode);

    /// <summary>A fresh name for a temporary sibling of <paramref name="path"/>, a file or a directory.</summary>
    public static string TemporarySibling(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string name = Path.GetFileName(full);

        // A file name has 255 bytes at most; the sibling of a long one must still fit.
        string stem = name.Length <= 120 ? name : name[..120];
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
    public static void SyncDirectory(string directory)
    {
        using SafeFileHandle handle = PosixFile.OpenDirectory(directory);
        PosixFile.Synchronise(handle, directory);
    }

    /// <summary>Makes all that was written to the file system of <paramref name="directory"/> durable (syncfs).</summary>
    public static void SyncFileSystem(string directory)
    {
        using SafeFileHandle handle = PosixFile.OpenDirectory(directory);
        PosixFile.SynchroniseFileSystem(handle, directory);
    }

    /// <summary>Swaps two existing files or directories of one file system in a single step.</summary>
    /// <exception cref="PosixIOException">Also where the file system cannot exchange (EINVAL).</exception>
    public static void Exchange(string first, string second) =>
        PosixFile.Rename(first, second, PosixFile.RenameExchange);

    /// <summary>Renames, failing where the target exists.</summary>
    /// <exception cref="PosixIOException">EEXIST when the target exists.</exception>
    public static void RenameNoReplace(string from, string to) => PosixFile.Rename(from, to, PosixFile.RenameNoReplace);

    /// <summary>Renames over whatever file, or empty directory, is at the target.</summary>
    public static void RenameReplacing(string from, string to) => PosixFile.Rename(from, to, 0);
}
