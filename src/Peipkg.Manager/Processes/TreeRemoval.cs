namespace Peipkg.Manager.Processes;

/// <summary>
/// Removes a directory tree that a build worked in. Builds leave read-only directories behind (module caches do), so
/// a first failure makes every directory writable and tries once more.
/// </summary>
internal static class TreeRemoval
{
    /// <summary>Removes the tree; nothing happens when it is not there. Symbolic links are removed, not followed.</summary>
    /// <exception cref="IOException">Something in it cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static void Remove(string path)
    {
        try
        {
            Delete(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            MakeWritable(path);
            Delete(path);
        }
    }

    private static void Delete(string path)
    {
        FileInfo link = new(path);
        if (link.LinkTarget is not null)
        {
            link.Delete();
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }

    private static void MakeWritable(string root)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        EnumerationOptions everything = new() { RecurseSubdirectories = false, AttributesToSkip = 0 };
        Stack<string> pending = new([root]);
        while (pending.TryPop(out string? directory))
        {
            if (OperatingSystem.IsWindows() || !Directory.Exists(directory))
            {
                continue;
            }

            File.SetUnixFileMode(directory, OwnerOnly);
            foreach (DirectoryInfo child in new DirectoryInfo(directory).EnumerateDirectories("*", everything))
            {
                if (child.LinkTarget is null)
                {
                    pending.Push(child.FullName);
                }
            }
        }
    }
}
