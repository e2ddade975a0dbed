namespace Peipkg.Manager.Configuration;

/// <summary>One place that the repository goes to after each publish.</summary>
internal sealed record UploadConfig
{
    /// <summary>For logs and <c>/status</c>; unique among the targets.</summary>
    public required string Name { get; init; }

    public required UploadBackend Backend { get; init; }

    /// <summary>As configured; it may hold a secret.</summary>
    public required string Remote { get; init; }

    public UploadContent Content { get; init; } = UploadContent.Repository;

    /// <summary>How a backend that has a choice replaces one generation by the next.</summary>
    public UploadMode Mode { get; init; } = UploadMode.InPlace;

    /// <summary>The branch that git pushes to; empty for the other backends.</summary>
    public string Branch { get; init; } = "";

    /// <summary>Where consumers find it, without a trailing slash; null when that is not looked at.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>How long caches and deployments may keep a generation from being seen at <see cref="PublicUrl"/>.</summary>
    public TimeSpan CheckWithin { get; init; } = DefaultCheckWithin;

    /// <summary>The programs it takes besides git, which a farm has anyway.</summary>
    public IEnumerable<string> Programs =>
        Backend switch
        {
            UploadBackend.Rclone => ["rclone"],
            UploadBackend.Rsync => ["rsync"],
            _ => [],
        };

    /// <summary>GitHub needs minutes to deploy a push; caches hold a document for one.</summary>
    public static TimeSpan DefaultCheckWithin { get; } = TimeSpan.FromMinutes(10);
}

/// <summary>What carries the repository out.</summary>
internal enum UploadBackend
{
    /// <summary>Nothing: it stays in <c>state_dir/repo</c>.</summary>
    None,
    Rclone,
    Rsync,
    Git,
}

/// <summary>What of the repository a target gets.</summary>
internal enum UploadContent
{
    /// <summary>All of it.</summary>
    Repository,

    /// <summary>The packages alone; the repository's index then leads there by absolute URLs.</summary>
    Packages,
}

/// <summary>How one generation is replaced by the next.</summary>
internal enum UploadMode
{
    /// <summary>rclone, rsync: file by file in a safe order.</summary>
    InPlace,

    /// <summary>rsync: whole generations side by side, a symbolic link leads to the current one.</summary>
    Switch,

    /// <summary>git: a commit without parent, so that the branch never holds more than it shows.</summary>
    Orphan,

    /// <summary>git: a commit on top of the last.</summary>
    History,
}
