namespace Peipkg.Manager.Syncing;

/// <summary>
/// rclone to any of its remotes. Packages are immutable and cached for ever, indexes and descriptor for a minute (user
/// documentation, R2); those are sent whatever rclone thinks of their times, since not every remote keeps times.
/// </summary>
internal sealed record RcloneTarget(string Remote) : SyncTarget("rclone", Remote)
{
    private const string Immutable = "--header-upload=Cache-Control: public, max-age=31536000, immutable";
    private const string Minute = "--header-upload=Cache-Control: public, max-age=60";

    // Names with a leading dot are peipkg-repo's own and temporary files.
    private static readonly string[] Private = ["--filter=- .*", "--filter=- .*/**"];

    /// <inheritdoc/>
    public override string DisplayRemote
    {
        get
        {
            // ":s3,access_key_id=…,secret_access_key=…:bucket/path" and "name,option=…:path".
            int comma = Remote.IndexOf(',', StringComparison.Ordinal);
            int path = Remote.LastIndexOf(':');
            return comma >= 0 && path > comma ? Remote[..comma] + ",…" + Remote[path..] : Remote;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyList<string>> Steps(string repository)
    {
        string[] ends = ["--", repository, Remote];
        return
        [
            ["copy", "--verbose", Immutable, .. Private, "--filter=+ /p/**", "--filter=- **", .. ends],
            ["copy", "--verbose", Minute, .. Private, "--filter=- /p/**", "--filter=- /index/**", "--filter=- /repo.json", "--filter=- /repo.json.sig", .. ends],
            ["copy", "--verbose", Minute, "--ignore-times", .. Private, "--filter=+ /index/**", "--filter=- **", .. ends],
            ["copy", "--verbose", Minute, "--ignore-times", "--filter=+ /repo.json", "--filter=+ /repo.json.sig", "--filter=- **", .. ends],
        ];
    }
}
