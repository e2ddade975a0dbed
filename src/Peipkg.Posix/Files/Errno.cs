namespace Peipkg.Posix.Files;

/// <summary>The values of <c>errno</c> that somebody here acts upon; any other is a value without a name.</summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>EPERM.</summary>
    NotPermitted = 1,

    /// <summary>ENOENT.</summary>
    NoEntry = 2,

    /// <summary>ESRCH.</summary>
    NoProcess = 3,

    /// <summary>EINTR.</summary>
    Interrupted = 4,

    /// <summary>EBADF.</summary>
    BadDescriptor = 9,

    /// <summary>EAGAIN.</summary>
    WouldBlock = 11,

    /// <summary>EACCES.</summary>
    AccessDenied = 13,

    /// <summary>EEXIST.</summary>
    Exists = 17,

    /// <summary>EXDEV: also of a mount point that is not to be entered.</summary>
    CrossesDevices = 18,

    /// <summary>ENOTDIR.</summary>
    NotDirectory = 20,

    /// <summary>EISDIR.</summary>
    IsDirectory = 21,

    /// <summary>EINVAL.</summary>
    InvalidArgument = 22,

    /// <summary>EROFS.</summary>
    ReadOnlyFileSystem = 30,

    /// <summary>EPIPE.</summary>
    BrokenPipe = 32,

    /// <summary>ENAMETOOLONG.</summary>
    NameTooLong = 36,

    /// <summary>ENOSYS.</summary>
    NotImplemented = 38,

    /// <summary>ENOTEMPTY.</summary>
    NotEmpty = 39,

    /// <summary>ELOOP: also of a symlink that is not to be followed.</summary>
    IsLink = 40,

    /// <summary>EOPNOTSUPP.</summary>
    NotSupported = 95,

    /// <summary>ESTALE: what is there is not what was there.</summary>
    Stale = 116,
}
