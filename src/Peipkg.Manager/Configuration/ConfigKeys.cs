using System.Globalization;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>When a key that was changed in the file takes effect.</summary>
internal enum Effect
{
    /// <summary>On SIGHUP, for whatever begins from then on.</summary>
    Reload,

    /// <summary>When the manager starts again.</summary>
    Restart,

    /// <summary>Never, once there is a repository: it was used to make it.</summary>
    FirstStart,
}

/// <summary>A key of the configuration.</summary>
/// <param name="Section">As the documentation writes it: <c>[poll]</c>, <c>[[notify]]</c>.</param>
/// <param name="Name">The key.</param>
/// <param name="Effect">When a change takes effect.</param>
/// <param name="Value">Equal for equal values. It may hold a secret: to be compared, never shown.</param>
internal sealed record ConfigKey(string Section, string Name, Effect Effect, Func<ManagerConfig, string> Value)
{
    /// <summary>For people: <c>[poll] default_interval</c>.</summary>
    public override string ToString() => $"{Section} {Name}";
}

/// <summary>Every key of config.toml, and the one place that says which of them a running manager takes over.</summary>
internal static class ConfigKeys
{
    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } =
    [
        new("[manager]", "id", Effect.Restart, c => c.FarmId),
        new("[manager]", "recipes_dir", Effect.Restart, c => c.Recipes is null ? c.RecipesDirectory : ""),
        new("[manager]", "state_dir", Effect.Restart, c => c.StateDirectory),
        Recipes("git", r => $"{r.Git.Text} {r.Git.Credentials?.Basic}"),
        Recipes("branch", r => r.Branch),
        Recipes("path", r => r.Folder),
        Recipes("signers", r => Lines(r.Signers)),
        Forge("kind", f => f.Kind),
        Forge("url", f => f.Url.AbsoluteUri),
        Forge("token_file", f => f.TokenFile),
        Forge("trusted", f => Lines(f.Trusted)),
        new("[repo]", "name", Effect.FirstStart, c => c.Repository.Name),
        new("[repo]", "description", Effect.FirstStart, c => c.Repository.Description),
        new("[repo]", "edition", Effect.FirstStart, c => c.Repository.Edition?.Name ?? ""),
        new("[repo]", "official", Effect.FirstStart, c => Text(c.Repository.Official)),
        new("[signing]", "key_file", Effect.Restart, c => c.KeyFile),
        Upload("backend", u => u.Backend),
        Upload("remote", u => u.Remote),
        Upload("name", u => u.Name),
        Upload("mode", u => u.Mode),
        Upload("branch", u => u.Branch),
        Upload("public_url", u => u.PublicUrl),
        Upload("check_within", u => u.CheckWithin),
        Upload("content", u => u.Content),
        new("[http]", "addr", Effect.Restart, c => c.Http.Address?.Text ?? ""),
        new("[http]", "webhook_secret_file", Effect.Reload, c => Lines(c.Http.WebhookSecretFiles)),
        new(
            "[http]",
            "forgejo_secret_file",
            Effect.Reload,
            c => Lines(c.Http.ForgeSecretFiles.GetValueOrDefault("forgejo", []))
        ),
        new(
            "[http]",
            "gitlab_secret_file",
            Effect.Reload,
            c => Lines(c.Http.ForgeSecretFiles.GetValueOrDefault("gitlab", []))
        ),
        new("[http]", "serve_repo", Effect.Reload, c => Text(c.Http.ServesRepository)),
        new("[http]", "hosts", Effect.Reload, c => Lines(c.Http.Hosts)),
        new("[http]", "public_url", Effect.Reload, c => c.Http.PublicUrl ?? ""),
        Acting("user_header", a => a.UserHeader),
        Acting("groups_header", a => a.GroupsHeader),
        Acting("proxies", a => string.Join(' ', a.Proxies)),
        Role("users", r => string.Join('\0', r.Users)),
        Role("groups", r => string.Join('\0', r.Groups)),
        Role("recipes", r => string.Join('\0', r.Patterns)),
        Role("acts", r => string.Join(' ', r.Acts)),
        new("[poll]", "default_interval", Effect.Reload, c => Text(c.DefaultInterval)),
        new("[poll]", "max_concurrent", Effect.Reload, c => Text(c.Polling.MaxConcurrent)),
        new("[poll]", "max_per_host", Effect.Reload, c => Text(c.Polling.MaxPerHost)),
        new("[poll]", "timeout", Effect.Reload, c => Text(c.Polling.Timeout)),
        new("[fetch]", "time", Effect.Reload, c => Text(c.Fetching.Time)),
        new("[fetch]", "silence", Effect.Reload, c => Text(c.Fetching.Silence)),
        new("[fetch]", "files", Effect.Reload, c => Text(c.Fetching.Files)),
        new("[fetch]", "size", Effect.Reload, c => Text(c.Fetching.Size)),
        new("[fetch]", "memory", Effect.Reload, c => Text(c.Fetching.Memory)),
        new("[build]", "parallel", Effect.Reload, c => Text(c.Builds.Parallel)),
        new("[build]", "give_up_after", Effect.Reload, c => Text(c.Builds.GiveUpAfter)),
        new("[build]", "sandbox", Effect.Reload, c => Text(c.Builds.Sandbox)),
        new("[build]", "launcher", Effect.Reload, c => Lines(c.Builds.Launcher?.Words ?? [])),
        Pool("name", p => p.Name),
        Pool("architectures", p => string.Join(' ', p.Architectures)),
        Pool("launcher", p => string.Join('\0', p.Launcher?.Words ?? [])),
        Pool("slots", p => p.Slots),
        Pool("recipes", p => string.Join('\0', p.Patterns)),
        Pool("environment", p => string.Join(' ', p.Environment)),
        Pool("queue", p => p.Queue),
        new("[root]", "packages", Effect.Reload, c => Lines(c.Root?.Packages ?? [])),
        new("[root]", "repositories", Effect.Reload, c => Lines(c.Root?.Repositories ?? [])),
        new("[root]", "trust", Effect.Reload, c => Lines(c.Root?.Trusted.Select(key => key.Text) ?? [])),
        new("[publish]", "on_break", Effect.Reload, c => Text(c.Publishing.OnBreak)),
        new("[publish]", "allow_special_system", Effect.Reload, c => Text(c.Publishing.AllowSpecialSystem)),
        new("[reproduce]", "per_day", Effect.Reload, c => Text(c.Reproducing.PerDay)),
        Limit("time", l => l.Time),
        Limit("silence", l => l.Silence),
        Limit("log", l => l.Log),
        Limit("memory", l => l.Memory),
        Limit("cpus", l => l.Cpus),
        Limit("processes", l => l.Processes),
        Limit("disk", l => l.Disk),
        new("[limits]", "min_free", Effect.Reload, c => Text(c.Limits.MinFree)),
        Notify("command", n => Lines(n.Command ?? [])),
        Notify("url", n => n.Url?.OriginalString),
        Notify("events", n => Lines(n.Events)),
        Notify("timeout", n => n.Timeout),
        Notify("digest", n => n.Digest),
        new("[retention]", "logs", Effect.Reload, c => Text(c.Retention.Logs)),
        new("[retention]", "log_size", Effect.Reload, c => Text(c.Retention.LogSize)),
        new("[retention]", "stages", Effect.Reload, c => Text(c.Retention.Stages)),
        new("[log]", "level", Effect.Reload, c => c.LogLevel),
    ];

    /// <summary>The keys whose values differ.</summary>
    public static IReadOnlyList<ConfigKey> Changed(ManagerConfig one, ManagerConfig other) =>
        [.. All.Where(key => key.Value(one) != key.Value(other))];

    /// <summary>What runs, with what a running manager takes over from what is written now.</summary>
    public static ManagerConfig Merge(ManagerConfig running, ManagerConfig written) =>
        running with
        {
            Forge = written.Forge,
            DefaultInterval = written.DefaultInterval,
            Polling = written.Polling,
            Fetching = written.Fetching,
            Builds = written.Builds,
            Pools = written.Pools,
            Root = written.Root,
            Publishing = written.Publishing,
            Reproducing = written.Reproducing,
            Limits = written.Limits,
            Retention = written.Retention,
            Notifications = written.Notifications,
            LogLevel = written.LogLevel,
            Http = written.Http with { Address = running.Http.Address },
        };

    private static ConfigKey Recipes(string name, Func<RecipesConfig, string?> value) =>
        new("[recipes]", name, Effect.Restart, c => c.Recipes is { } recipes ? value(recipes) ?? "" : "");

    private static ConfigKey Forge(string name, Func<ForgeConfig, string?> value) =>
        new("[forge]", name, Effect.Reload, c => c.Forge is { } forge ? value(forge) ?? "" : "");

    private static ConfigKey Upload(string name, Func<UploadConfig, object?> value) =>
        new("[upload]", name, Effect.Restart, c => Lines(c.Uploads.Select(u => Text(value(u)))));

    private static ConfigKey Acting(string name, Func<ActingConfig, string?> value) =>
        new("[http]", name, Effect.Reload, c => c.Http.Acting is { } acting ? value(acting) ?? "" : "");

    private static ConfigKey Role(string name, Func<RoleConfig, string> value) =>
        new("[[role]]", name, Effect.Reload, c => Lines(c.Http.Acting?.Roles.Select(value) ?? []));

    private static ConfigKey Pool(string name, Func<PoolConfig, object?> value) =>
        new("[[pool]]", name, Effect.Reload, c => Lines(c.Pools.Select(p => Text(value(p)))));

    private static ConfigKey Notify(string name, Func<NotifyConfig, object?> value) =>
        new("[[notify]]", name, Effect.Reload, c => Lines(c.Notifications.Select(n => Text(value(n)))));

    private static ConfigKey Limit(string name, Func<BuildLimits, object?> value) =>
        new("[limits]", name, Effect.Reload, c => Text(value(c.Limits.Builds)));

    private static string Lines(IEnumerable<string> values) => string.Concat(values.Select(value => value + "\n"));

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
