using System.Reflection;
using Peipkg.Posix.Memory;

namespace Peipkg.Manager.Hosting;

/// <summary>Loads libgit2 and SQLite out of this program's resources, so that the manager is one file.</summary>
/// <remarks>
/// LibGit2Sharp resolves its library itself and admits no other resolver. But the dynamic linker answers a request by
/// name with a library already loaded whose SONAME is that name: so loading early is enough.
/// </remarks>
internal static class EmbeddedLibraries
{
    /// <summary>Must run before the first use of either library. What is not embedded is left to the ordinary search.</summary>
    public static void Load()
    {
        Assembly assembly = typeof(EmbeddedLibraries).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (resource.EndsWith(EmbeddedLibrary.Suffix, StringComparison.Ordinal))
            {
                string name = resource[..^EmbeddedLibrary.Suffix.Length];
                _ = EmbeddedLibrary.TryLoad(assembly, name, library => DropInterfaceVersion(library, name + ".so"));
            }
        }
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
}
