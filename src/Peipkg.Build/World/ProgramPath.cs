namespace Peipkg.Build.World;

/// <summary>Finds programs along the caller's search path.</summary>
internal static class ProgramPath
{
    /// <summary>The search path where the caller has none.</summary>
    internal const string Usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The caller's search path.</summary>
    internal static string Of(ToolContext context) =>
        context.Variables.GetValueOrDefault("PATH") is { Length: > 0 } value ? value : Usual;

    /// <summary>Looks for a program, but not in directories that depend on where the caller is.</summary>
    /// <returns>Null when it is not there.</returns>
    internal static string? Find(string program, ToolContext context) =>
        Of(context)
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}
