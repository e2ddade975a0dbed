using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Manager.Configuration;

namespace Peipkg.Manager.Syncing;

/// <summary>
/// A place that the repository is copied to. Whatever the backend, consumers never see an index before its packages: packages
/// and keys go first, then the indexes with their signatures, then the descriptor. What is never asked to be deleted
/// stays, except where a backend replaces everything at once.
/// </summary>
internal abstract class SyncTarget(UploadConfig config)
{
    /// <summary>As configured.</summary>
    public UploadConfig Config => config;

    /// <summary>The backend's name in the configuration.</summary>
    public string Backend { get; } = config.Backend.ToString().ToLowerInvariant();

    /// <summary>Identifies the target in the database without repeating the remote.</summary>
    public string Key { get; } =
        Sha256Digest
            .Of(
                Encoding.UTF8.GetBytes(
                    $"{config.Backend}\0{config.Remote}\0{config.Branch}\0{config.Mode}\0{config.Content}"
                )
            )
            .ToString();

    /// <summary>The remote for people: URLs and rclone's connection strings may carry credentials.</summary>
    public abstract string DisplayRemote { get; }

    /// <summary>Brings a generation out.</summary>
    /// <exception cref="SyncException">The remote refused, or could not be reached.</exception>
    /// <exception cref="OperationCanceledException">The manager is stopping.</exception>
    public abstract Task CopyAsync(SyncSource source, SyncSession session);

    /// <summary>The configured target.</summary>
    public static SyncTarget From(UploadConfig config) =>
        config.Backend switch
        {
            UploadBackend.Rclone => new RcloneTarget(config),
            UploadBackend.Git => new GitTarget(config),
            _ => new RsyncTarget(config),
        };
}

/// <summary>A sync failed; the message has the program's own last words.</summary>
internal sealed class SyncException(string message, Exception? inner = null) : Exception(message, inner);
