namespace Peipkg.Format.Layout;

/// <summary>What in a payload calls for side effects (PSD-009 §4.3.4, PSPU 5.24).</summary>
internal static class SideEffectEvidence
{
    /// <summary>Shared libraries for the loader's cache.</summary>
    internal static Evidence SharedLibrary(string path, PayloadKind kind)
    {
        if (kind != PayloadKind.File)
        {
            return Evidence.None;
        }

        if (IsForLoader(LibraryName.BaseName(path)) && !path.StartsWith("usr/lib/debug/", StringComparison.Ordinal))
        {
            // Elsewhere it may be in a directory that some ld.so.conf lists: allowed, not demanded.
            return path.StartsWith("usr/lib/", StringComparison.Ordinal) ? Evidence.Demands : Evidence.Permits;
        }

        return path.StartsWith("etc/ld.so.conf.d/", StringComparison.Ordinal) || path == "etc/ld.so.conf"
            ? Evidence.Permits
            : Evidence.None;
    }

    /// <summary>Kernel modules below <c>usr/lib/modules/</c>; those in another directory of the name may be declared.</summary>
    internal static Evidence KernelModule(string path, PayloadKind kind) =>
        kind != PayloadKind.File || !LibraryName.IsKernelModule(path) ? Evidence.None
        : path.StartsWith("usr/lib/modules/", StringComparison.Ordinal) ? Evidence.Demands
        : path.StartsWith("modules/", StringComparison.Ordinal) || path.Contains("/modules/", StringComparison.Ordinal)
            ? Evidence.Permits
        : Evidence.None;

    /// <summary>Kernel modules below <c>usr/lib/modules/</c>; links named like one may be declared.</summary>
    internal static Evidence InstalledKernelModule(string path, PayloadKind kind) =>
        !LibraryName.IsKernelModule(path) || !path.StartsWith("usr/lib/modules/", StringComparison.Ordinal)
            ? Evidence.None
        : kind == PayloadKind.File ? Evidence.Demands
        : Evidence.Permits;

    /// <summary>Man pages.</summary>
    internal static Evidence ManPage(string path, PayloadKind kind) =>
        path.StartsWith("usr/share/man/", StringComparison.Ordinal) ? Evidence.Demands : Evidence.None;

    // By the letter any *.so.* counts, but debug information and scripts for a debugger are only named after libraries.
    private static bool IsForLoader(ReadOnlySpan<char> name) =>
        LibraryName.IsShared(name)
        || (name.Contains(".so.", StringComparison.Ordinal) && !name.EndsWith(".debug") && !name.EndsWith("-gdb.py"));
}
