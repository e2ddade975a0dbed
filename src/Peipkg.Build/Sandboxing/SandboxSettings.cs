namespace Peipkg.Build.Sandboxing;

/// <summary>What a sandboxed build script can use besides the toolchain, its source and its own directories.</summary>
/// <param name="Network">Which network it may use.</param>
/// <param name="ReadOnly">Further files and directories of this machine, absolute paths, shown where they are.</param>
internal sealed record SandboxSettings(NetworkAccess Network, IReadOnlyList<string> ReadOnly)
{
    /// <summary>The root, an absolute path, whose programs it uses; null for this machine's.</summary>
    internal string? Root { get; init; }
}
