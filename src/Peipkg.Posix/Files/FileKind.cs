namespace Peipkg.Posix.Files;

/// <summary>What kind of thing a directory entry is.</summary>
public enum FileKind
{
    /// <summary>Not known without asking, or a kind that this project does not know.</summary>
    Unknown,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symlink.</summary>
    Symlink,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,
}

/// <summary>Words for <see cref="FileKind"/>, and the numbers it has in modes and in directories.</summary>
public static class FileKinds
{
    /// <summary>The kind with its article: <c>a FIFO</c>.</summary>
    public static string Noun(this FileKind kind) =>
        kind switch
        {
            FileKind.File => "a file",
            FileKind.Directory => "a directory",
            FileKind.Symlink => "a symlink",
            FileKind.Fifo => "a FIFO",
            FileKind.Socket => "a socket",
            FileKind.CharacterDevice => "a character device",
            FileKind.BlockDevice => "a block device",
            _ => "of an unknown kind",
        };

    /// <summary>Of the bits S_IFMT of a mode.</summary>
    internal static FileKind OfMode(uint mode) => OfListing((byte)(mode >> 12));

    /// <summary>Of <c>d_type</c>, which has the same numbers as those bits.</summary>
    internal static FileKind OfListing(byte type) =>
        type switch
        {
            1 => FileKind.Fifo,
            2 => FileKind.CharacterDevice,
            4 => FileKind.Directory,
            6 => FileKind.BlockDevice,
            8 => FileKind.File,
            10 => FileKind.Symlink,
            12 => FileKind.Socket,
            _ => FileKind.Unknown,
        };

    /// <summary>The bits S_IFMT.</summary>
    internal static uint ModeBits(this FileKind kind) =>
        kind switch
        {
            FileKind.Fifo => 0x1000,
            FileKind.CharacterDevice => 0x2000,
            FileKind.Directory => 0x4000,
            FileKind.BlockDevice => 0x6000,
            FileKind.File => 0x8000,
            FileKind.Symlink => 0xa000,
            FileKind.Socket => 0xc000,
            _ => 0,
        };
}
