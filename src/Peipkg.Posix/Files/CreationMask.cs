using System.Runtime.InteropServices;

namespace Peipkg.Posix.Files;

/// <summary>The permissions that new files and directories of this process and its children do without (umask(2)).</summary>
public static partial class CreationMask
{
    /// <summary>Only the owner writes; everybody may read what is not made private by its own mode.</summary>
    public const UnixFileMode Usual = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Replaces the mask.</summary>
    public static void Set(UnixFileMode mask) => _ = Umask((uint)mask);

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Umask(uint mask);
}
