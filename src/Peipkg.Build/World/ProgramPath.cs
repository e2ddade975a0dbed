namespace Peipkg.Build.World;

/// <summary>Finds programs as a shell does.</summary>
internal static class ProgramPath
{
    /// <summary>A program's absolute path, or null if the search path has none.</summary>
    internal static string? Find(string name, ToolContext context) =>
        context
            .Variables.GetValueOrDefault("PATH", "/usr/bin:/bin")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.GetFullPath(Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);
}
