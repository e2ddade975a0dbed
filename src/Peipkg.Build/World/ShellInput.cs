using Microsoft.Win32.SafeHandles;

namespace Peipkg.Build.World;

/// <summary>Where the commands of a shell come from that somebody asked for.</summary>
/// <param name="Handle">Standard input.</param>
/// <param name="IsTerminal">Whether somebody types them.</param>
internal sealed record ShellInput(SafeFileHandle Handle, bool IsTerminal);
