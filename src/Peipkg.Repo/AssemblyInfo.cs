using System.Runtime.InteropServices;

// The C library is the only native code that is called directly.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
