using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Memory;

/// <summary>
/// Loads a native library that travels in an assembly's resources, so that a program is one file. It is written to a memory
/// file and loaded from there; nothing touches the disk but where <c>/proc</c> is missing, through which alone such a file
/// can be loaded.
/// </summary>
public static class EmbeddedLibrary
{
    // Never closed: the linker takes a second library under a path it has seen for the first one, and a closed
    // descriptor's number, which is in the path, would be given out again.
    private static readonly List<SafeFileHandle> Open = [];

    /// <summary>How the names of the resources end that are for this machine: <c>.X64</c>, <c>.Arm64</c>.</summary>
    public static string Suffix { get; } = "." + RuntimeInformation.ProcessArchitecture;

    /// <summary>Loads one.</summary>
    /// <param name="assembly">Holds the resource.</param>
    /// <param name="name">The library's name; the resource has <see cref="Suffix"/> behind it.</param>
    /// <param name="change">Changes the library's bytes before it is loaded; null leaves them.</param>
    /// <returns>Its handle, or 0 where it is not embedded or cannot be loaded: then the ordinary search has to find one.</returns>
    public static nint TryLoad(Assembly assembly, string name, Action<byte[]>? change = null)
    {
        using Stream? resource = assembly.GetManifestResourceStream(name + Suffix);
        if (resource is null)
        {
            return 0;
        }

        byte[] library = new byte[resource.Length];
        resource.ReadExactly(library);
        change?.Invoke(library);
        nint handle = FromMemory(name, library);
        return handle != 0 ? handle : FromDisk(library);
    }

    private static nint FromMemory(string name, byte[] library)
    {
        int descriptor = LibC.MakeMemoryFile(name, LibC.MemoryCloseOnExec);
        if (descriptor < 0)
        {
            return 0;
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        RandomAccess.Write(file, library, 0);
        if (!NativeLibrary.TryLoad($"/proc/self/fd/{descriptor}", out nint handle))
        {
            file.Dispose();
            return 0;
        }

        lock (Open)
        {
            Open.Add(file);
        }

        return handle;
    }

    private static nint FromDisk(byte[] library)
    {
        try
        {
            DirectoryInfo directory = Directory.CreateTempSubdirectory("peipkg-");
            try
            {
                string path = Path.Combine(directory.FullName, "library.so");
                File.WriteAllBytes(path, library);
                return NativeLibrary.TryLoad(path, out nint handle) ? handle : 0;
            }
            finally
            {
                directory.Delete(recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
