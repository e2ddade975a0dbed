namespace Peipkg.Manager.Syncing;

/// <summary>
/// rsync to a directory, <c>host:path</c>, <c>user@host:path</c> or <c>rsync://host/module</c>. Each file appears
/// under its name only when it is whole; the files of a step after the first appear together at its end.
/// </summary>
internal sealed record RsyncTarget(string Remote) : SyncTarget("rsync", Remote)
{
    // Readable for a web server whatever the manager's umask; owners and groups stay behind (user documentation, VPS).
    private static readonly string[] Common =
        ["--recursive", "--times", "--verbose", "--timeout=300", "--chmod=Du=rwx,Dgo=rx,Fu=rw,Fgo=r"];

    /// <inheritdoc/>
    public override string DisplayRemote
    {
        get
        {
            // rsync://user:password@host is not rsync's syntax, but it would be a password all the same.
            int scheme = Remote.IndexOf("://", StringComparison.Ordinal);
            int at = Remote.IndexOf('@', StringComparison.Ordinal);
            return scheme >= 0 && at > scheme ? Remote[..(scheme + 3)] + Remote[(at + 1)..] : Remote;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyList<string>> Steps(string repository)
    {
        // Creating a missing parent is an option of the receiving side, and other hosts may have an old rsync.
        string[] local = Remote.StartsWith('/') ? ["--mkpath"] : [];
        string[] ends = ["--", repository + "/", Remote.TrimEnd('/') + "/"];
        return
        [
            // Names with a leading dot are peipkg-repo's own and temporary files. What a signature does not cover
            // goes by size and time; indexes of equal length a second apart would not be told apart, so by content.
            [.. Common, .. local, "--exclude=.*", "--exclude=/index/", "--exclude=/repo.json", "--exclude=/repo.json.sig", .. ends],
            [.. Common, "--checksum", "--delay-updates", "--exclude=.*", "--include=/index/", "--include=/index/**", "--exclude=*", .. ends],
            [.. Common, "--checksum", "--delay-updates", "--include=/repo.json", "--include=/repo.json.sig", "--exclude=*", .. ends],
        ];
    }
}
