using Peipkg.Build.World;

namespace Peipkg.Build.Sandboxing;

/// <summary>Finds the programs that make a sandbox.</summary>
internal static class ProgramPath
{
    /// <summary>Looks for one along the caller's search path.</summary>
    /// <returns>Null when it is not there.</returns>
    internal static string? Find(string program, ToolContext context)
    {
        string path = context.Variables.GetValueOrDefault("PATH") is { Length: > 0 } value
            ? value
            : SandboxView.ToolPath;
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
    }
}
