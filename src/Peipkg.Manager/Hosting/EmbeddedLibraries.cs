using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Peipkg.Manager.Hosting;

/// <summary>
/// Loads libgit2 and SQLite out of this program's resources, so that the manager is one file. Each is written to a
/// memory file and loaded from there; nothing touches the disk.
/// </summary>
/// <remarks>
/// LibGit2Sharp resolves its library itself and admits no other resolver. But the dynamic linker answers a request by
/// name with a library already loaded whose SONAME is that name: so loading early is enough.
/// </remarks>
internal static partial class EmbeddedLibraries
{
    private const uint CloseOnExec = 1;

    // Never closed: the linker takes a second library under a path it has seen for the first one, and a closed
    // descriptor's number, which is in the path, would be given out again.
    private static readonly List<SafeFileHandle> Open = [];

    /// <summary>Must run before the first use of either library. What is not embedded is left to the ordinary search.</summary>
    public static void Load()
    {
        string suffix = "." + RuntimeInformation.ProcessArchitecture;
        Assembly assembly = typeof(EmbeddedLibraries).Assembly;
        foreach (
            string resource in assembly
                .GetManifestResourceNames()
                .Where(name => name.EndsWith(suffix, StringComparison.Ordinal))
        )
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] library = new byte[stream.Length];
            stream.ReadExactly(library);
            string name = resource[..^suffix.Length] + ".so";
            DropInterfaceVersion(library, name);
            Load(name, library);
        }
    }

    private static void Load(string name, byte[] library)
    {
        int descriptor = MemfdCreate(name, CloseOnExec);
        if (descriptor < 0)
        {
            return;
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        Open.Add(file);
        RandomAccess.Write(file, library, 0);
        _ = NativeLibrary.TryLoad($"/proc/self/fd/{descriptor}", out _);
    }

    // libgit2's SONAME is "libgit2-5853918.so.1.8", the name asked for "libgit2-5853918.so".
    private static void DropInterfaceVersion(Span<byte> library, string name)
    {
        int at = library.IndexOf(System.Text.Encoding.ASCII.GetBytes(name + "."));
        if (at >= 0)
        {
            library[at + name.Length] = 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemfdCreate(string name, uint flags);
}
