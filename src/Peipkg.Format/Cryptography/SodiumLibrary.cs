using System.Reflection;
using System.Runtime.InteropServices;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// Loads libsodium out of this assembly's resources, so that a program is one file and the machine's own libsodium,
/// whose version NSec would refuse, is never looked at. The library is written to a memory file and loaded from there;
/// nothing touches the disk.
/// </summary>
internal static partial class SodiumLibrary
{
    private static readonly Lazy<nint> Handle = new(LoadEmbedded);

    private static readonly Lazy<bool> Ready = new(static () =>
    {
        NativeLibrary.SetDllImportResolver(
            typeof(NSec.Cryptography.Key).Assembly,
            static (name, _, _) => name == "libsodium" ? Handle.Value : 0
        );

        // The first call binds the library. In a native program each of several threads that come first would bind it, and all
        // but one close what it got again: the one library that there is.
        _ = NSec.Cryptography.HashAlgorithm.Sha256;
        return true;
    });

    /// <summary>Must run before the first use of an NSec type that calls into libsodium; returns when the library is there.</summary>
    internal static void Register() => _ = Ready.Value;

    private static nint LoadEmbedded()
    {
        string resource = "libsodium." + RuntimeInformation.ProcessArchitecture;
        using Stream? library = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource);
        if (library is null)
        {
            return 0;
        }

        int descriptor = MemfdCreate(
            "libsodium",
            1 /* MFD_CLOEXEC */
        );
        if (descriptor < 0)
        {
            return 0;
        }

        // Zero sends the runtime to its ordinary search, which finds the copy that a plain build lays beside the program.
        using var file = new FileStream(
            new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true),
            FileAccess.Write
        );
        library.CopyTo(file);
        file.Flush();
        return NativeLibrary.TryLoad($"/proc/self/fd/{descriptor}", out nint handle) ? handle : 0;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
