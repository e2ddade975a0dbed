using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Files;

/// <summary>Paths without symlinks.</summary>
public static unsafe class RealPath
{
    /// <summary>The path without symlinks, of as much of it as exists.</summary>
    /// <param name="path">Absolute or relative.</param>
    public static string Of(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string missing = "";
        for (string? existing = full; existing is not null; existing = Path.GetDirectoryName(existing))
        {
            byte* resolved = LibC.ResolvePath(existing, null);
            if (resolved is not null)
            {
                string real = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
                NativeMemory.Free(resolved);
                return missing.Length == 0 ? real : Path.Combine(real, missing);
            }

            missing = Path.Combine(Path.GetFileName(existing), missing);
        }

        return full;
    }

    /// <summary>Whether a path lies in a directory or is it, after all symlinks.</summary>
    /// <param name="inner">The path.</param>
    /// <param name="outer">The directory.</param>
    public static bool IsWithin(string inner, string outer) =>
        (Of(inner) + "/").StartsWith(Of(outer).TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Where the kernel says that an open file is; empty where it does not say, as without <c>/proc</c>.</summary>
    public static string Of(SafeFileHandle file) =>
        new FileInfo(
            string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}")
        ).LinkTarget
        ?? "";
}
