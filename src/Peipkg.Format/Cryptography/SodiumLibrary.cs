using System.Runtime.InteropServices;
using Peipkg.Posix.Memory;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// Loads libsodium out of this assembly's resources, so that a program is one file and the machine's own libsodium,
/// whose version NSec would refuse, is never looked at.
/// </summary>
internal static class SodiumLibrary
{
    // Zero sends the runtime to its ordinary search, which finds the copy that a plain build lays beside the program.
    private static readonly Lazy<nint> Handle = new(static () =>
        EmbeddedLibrary.TryLoad(typeof(SodiumLibrary).Assembly, "libsodium")
    );

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
}
