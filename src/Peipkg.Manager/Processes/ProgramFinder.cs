namespace Peipkg.Manager.Processes;

/// <summary>
/// Finds the programs that the manager runs, once, at start: on PATH or beside the manager's own executable. What is
/// found is an absolute path, so that a later change of PATH or of a directory changes nothing.
/// </summary>
/// <param name="Path">The PATH variable; null or empty when there is none.</param>
/// <param name="OwnDirectory">Where the manager's executable lies.</param>
internal sealed record ProgramFinder(string? Path, string OwnDirectory)
{
    /// <summary>The absolute path of an executable file; null when there is none.</summary>
    public string? Find(string name)
    {
        // Relative entries of PATH are passed over: they would name another file in another working directory.
        IEnumerable<string> directories = (Path ?? "")
            .Split(':')
            .Where(System.IO.Path.IsPathRooted)
            .Append(OwnDirectory);
        return directories.Select(directory => System.IO.Path.Combine(directory, name)).FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string path)
    {
        const UnixFileMode AnyExecute =
            UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & AnyExecute) != 0;
    }
}
