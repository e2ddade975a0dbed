namespace Peipkg.Build.Sandboxing;

/// <summary>What a sandboxed build script can use besides the toolchain, its source and its own directories.</summary>
/// <param name="AllowNetwork">Whether it may use the network.</param>
/// <param name="ReadOnly">Further files and directories of this machine, absolute paths, shown where they are.</param>
internal sealed record SandboxSettings(bool AllowNetwork, IReadOnlyList<string> ReadOnly);
