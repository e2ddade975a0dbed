using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Posix.Files;

/// <summary>Extended attributes of files, which the base class library does not know.</summary>
internal static partial class ExtendedAttribute
{
    /// <summary>Sets an attribute of an open file, replacing what it was.</summary>
    /// <returns>Whether it was set; otherwise the last error says why not.</returns>
    internal static bool TrySet(SafeFileHandle file, string name, ReadOnlySpan<byte> value) =>
        FSetXAttr(file, name, value, (nuint)value.Length, 0) == 0;

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FSetXAttr(
        SafeFileHandle file,
        string name,
        ReadOnlySpan<byte> value,
        nuint size,
        int flags
    );
}
