namespace Peipkg.Format.Archive;

/// <summary>The typeflags this format knows (§3.2.6); the value is the header's byte.</summary>
internal enum TarEntryType : byte
{
    /// <summary>A regular file as archives before POSIX mark it; read as <see cref="File"/>, never written (§3.2.5).</summary>
    OldFile = 0,

    /// <summary>A regular file.</summary>
    File = (byte)'0',

    /// <summary>A symbolic link.</summary>
    Symlink = (byte)'2',

    /// <summary>A directory; its wire name ends with a slash.</summary>
    Directory = (byte)'5',

    /// <summary>The pax records of the entry that follows.</summary>
    PaxRecords = (byte)'x',
}
