using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>The permissions that new files and directories of this process and its children do without (umask(2)).</summary>
public static class CreationMask
{
    /// <summary>Only the owner writes; everybody may read what is not made private by its own mode.</summary>
    public const UnixFileMode Usual = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Replaces the mask.</summary>
    public static void Set(UnixFileMode mask) => _ = LibC.SetCreationMask((uint)mask);
}
