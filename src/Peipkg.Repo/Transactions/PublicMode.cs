namespace Peipkg.Repo.Transactions;

/// <summary>
/// What a repository holds is served to everybody: whatever umask the operator's shell or unit sets, files and
/// directories can be read. Other bits of the mode, such as the group's, stay as the umask gave them.
/// </summary>
internal static class PublicMode
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Opens a directory to readers.</summary>
    internal static void Allow(string directory)
    {
        UnixFileMode mode = File.GetUnixFileMode(directory);
        if ((mode & (Read | Enter)) != (Read | Enter))
        {
            File.SetUnixFileMode(directory, mode | Read | Enter);
        }
    }
}
