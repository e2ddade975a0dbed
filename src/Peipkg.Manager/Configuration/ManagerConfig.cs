namespace Peipkg.Manager.Configuration;

/// <summary>The farm's configuration, as <see cref="ConfigReader"/> has checked it. Paths are absolute.</summary>
/// <param name="FarmId"><c>[manager] id</c>: recorded in every package (§3.3.4).</param>
/// <param name="RecipesDirectory"><c>[manager] recipes_dir</c>.</param>
/// <param name="StateDirectory"><c>[manager] state_dir</c>.</param>
/// <param name="Repository"><c>[repo]</c>: used when the repository is created.</param>
/// <param name="KeyFile"><c>[signing] key_file</c>.</param>
/// <param name="Upload"><c>[upload]</c>.</param>
/// <param name="Http"><c>[http]</c>.</param>
/// <param name="DefaultInterval"><c>[poll] default_interval</c>, at least a minute.</param>
internal sealed record ManagerConfig(
    string FarmId,
    string RecipesDirectory,
    string StateDirectory,
    RepositoryConfig Repository,
    string KeyFile,
    UploadConfig Upload,
    HttpConfig Http,
    TimeSpan DefaultInterval);

/// <summary><c>[repo]</c>.</summary>
internal sealed record RepositoryConfig(string Name, string Description);

/// <summary><c>[upload]</c>: where the repository goes after each publish.</summary>
internal sealed record UploadConfig(UploadBackend Backend, string Remote);

/// <summary>What carries the repository out.</summary>
internal enum UploadBackend
{
    /// <summary>Nothing: it stays in <c>state_dir/repo</c>.</summary>
    None,
    Rclone,
    Rsync,
}

/// <summary><c>[http]</c>.</summary>
/// <param name="Address">Null: no server.</param>
/// <param name="WebhookSecretFile">Null: no webhooks.</param>
internal sealed record HttpConfig(ListenAddress? Address, string? WebhookSecretFile);
