using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Peipkg.Posix.Files;
using Peipkg.Posix.Native;

namespace Peipkg.Posix.Processes;

/// <summary>The network namespace of a process and the user namespace that owns it, kept open so that both can be entered.</summary>
public sealed class NetworkNamespace : IDisposable
{
    private NetworkNamespace(SafeFileHandle network, SafeFileHandle owner) => (Network, Owner) = (network, owner);

    /// <summary>The network namespace.</summary>
    public SafeFileHandle Network { get; }

    /// <summary>Its user namespace: not always that of the process, which may have moved on.</summary>
    public SafeFileHandle Owner { get; }

    /// <summary>Opens those of a process.</summary>
    /// <param name="pid">The process.</param>
    /// <exception cref="IOException">It is gone, or not ours to look into.</exception>
    public static NetworkNamespace Of(int pid)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net");
        SafeFileHandle network = File.OpenHandle(path);
        int owner = LibC.OwningUserNamespace(network);
        if (owner >= 0)
        {
            return new NetworkNamespace(network, new SafeFileHandle(owner, ownsHandle: true));
        }

        PosixIOException failure = PosixIOException.Last("find the owner of", path);
        network.Dispose();
        throw failure;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        Owner.Dispose();
    }
}
