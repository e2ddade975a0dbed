using Peipkg.Format;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// A place that the repository is copied to, by a program, in steps whose order keeps every moment consistent for
/// consumers: packages and keys, then the indexes with their signatures, then the descriptor. Nothing is ever deleted.
/// </summary>
/// <param name="Backend">The backend's name in the configuration.</param>
/// <param name="Remote">As configured; it may hold a secret.</param>
internal abstract record SyncTarget(string Backend, string Remote)
{
    /// <summary>Identifies the target in the database without repeating the remote.</summary>
    public string Key => Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{Backend}\0{Remote}")).ToString();

    /// <summary>The remote for people: rclone's connection strings and URLs may carry credentials.</summary>
    public abstract string DisplayRemote { get; }

    /// <summary>The program's name, as searched on PATH; null for none.</summary>
    public string Program => Backend;

    /// <summary>The argument lists of the steps, in order.</summary>
    /// <param name="repository">The local repository.</param>
    public abstract IReadOnlyList<IReadOnlyList<string>> Steps(string repository);

    /// <summary>How long a step may be silent.</summary>
    public virtual ChildLimits Limits { get; } = new(TimeSpan.FromHours(24), TimeSpan.FromMinutes(30));

    /// <summary>The configured target; null for none.</summary>
    public static SyncTarget? From(UploadConfig upload) => upload.Backend switch
    {
        UploadBackend.Rclone => new RcloneTarget(upload.Remote),
        UploadBackend.Rsync => new RsyncTarget(upload.Remote),
        _ => null,
    };
}
