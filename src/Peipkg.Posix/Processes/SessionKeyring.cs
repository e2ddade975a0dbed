using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>The kernel's session keyring, in which Kerberos tickets, tokens and keys of file systems are kept.</summary>
internal static class SessionKeyring
{
    /// <summary>Leaves the caller's keyring: the calling thread, and what it starts from now on, have a new, empty one.</summary>
    /// <exception cref="PosixIOException">The user has too many keys.</exception>
    internal static void Leave()
    {
        // Kernels without keys have none to lose, and a container that forbids the call forbids it to the child as well.
        if (!LibC.JoinNewKeyring() && PosixIOException.LastError is not (Errno.NotImplemented or Errno.NotPermitted))
        {
            throw PosixIOException.Last("make", "a session keyring for the child");
        }
    }
}
