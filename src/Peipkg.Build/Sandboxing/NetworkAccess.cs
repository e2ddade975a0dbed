namespace Peipkg.Build.Sandboxing;

/// <summary>What a sandboxed build script reaches beyond the sandbox.</summary>
internal enum NetworkAccess
{
    /// <summary>Nothing: a loopback interface of its own.</summary>
    None,

    /// <summary>The network beyond this machine, through an interface of its own; no service of the machine.</summary>
    Own,

    /// <summary>All that the machine reaches, its own loopback interface and abstract sockets included.</summary>
    Shared,
}
