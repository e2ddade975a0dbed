namespace Peipkg.Posix.Native;

/// <summary>
/// Every function of the C library that this project calls, declared once. A file holds one area, and nothing outside of
/// this folder imports anything; what callers use are the classes around it, which check what comes back.
/// </summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";
}
