using System.Runtime.InteropServices;

namespace Peipkg.Manager.Syncing;

/// <summary>A second name for a file.</summary>
internal static partial class HardLink
{
    /// <summary>False where the two places lie on different file systems, or on one without hard links.</summary>
    public static bool TryCreate(string existing, string name) => Link(existing, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string name);
}
