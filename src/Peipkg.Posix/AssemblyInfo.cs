using System.Runtime.InteropServices;

// Native calls go to the C library alone, found where the system keeps it.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
