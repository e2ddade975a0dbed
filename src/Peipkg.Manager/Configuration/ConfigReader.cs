using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Editions;
using Peipkg.Format.Text;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;
using Peipkg.Recipes;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>
/// Reads config.toml strictly (SPEC §9): an unknown section or key anywhere is an error with its place and the nearest
/// known name, and all problems are reported together.
/// </summary>
internal static class ConfigReader
{
    private static readonly string[] Sections =
    [
        "manager",
        "recipes",
        "forge",
        "repo",
        "signing",
        "upload",
        "http",
        "role",
        "poll",
        "fetch",
        "build",
        "pool",
        "root",
        "publish",
        "reproduce",
        "limits",
        "retention",
        "notify",
        "log",
    ];

    private static readonly string[] ForgesWithOwnSecrets = ["forgejo", "gitlab"];

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    /// <exception cref="RecipeException">The file's content is not a configuration; every problem of it.</exception>
    public static ManagerConfig Load(string path)
    {
        try
        {
            return Read(TomlFile.Load(path, mayBePipe: true));
        }
        catch (Exception exception) when (Boundary.IsUnforeseen(exception))
        {
            ProblemList problems = new(path);
            problems.Error(TomlPosition.Start, $"the configuration cannot be judged: {Boundary.Describe(exception)}");
            problems.ThrowIfAny();
            throw;
        }
    }

    /// <summary>The same from a document in memory.</summary>
    public static ManagerConfig Read(TomlFile file)
    {
        foreach (TomlEntry entry in file.Root.Entries)
        {
            if (!Sections.Contains(entry.Key, StringComparer.Ordinal))
            {
                string what = entry.Value is TomlTable or TomlArray { FromHeaders: true } ? "section" : "key";
                file.Problems.Error(
                    entry.Position,
                    $"unknown {what} \"{entry.Key}\"{NearestName.Suggestion(entry.Key, Sections)}"
                );
            }
        }

        TomlSection manager = Required(file, "manager");
        string farmId = Text(manager, "id");
        RecipesConfig? source = RecipesConfig.Read(file);
        ForgeConfig? forge = ForgeConfig.Read(file, source);
        string? recipes = AbsolutePath(manager, "recipes_dir", required: file.Root.Find("recipes") is null);
        string state = AbsolutePath(manager, "state_dir", required: true) ?? "";
        if (recipes is not null && source is not null)
        {
            manager.Problems.Error(
                manager.PositionOf("recipes_dir"),
                "recipes_dir in [manager]: the recipes come from [recipes] git; leave one of the two out"
            );
        }

        manager.Finish();

        TomlSection repo = Required(file, "repo");
        RepositoryConfig repository = new(Text(repo, "name"), repo.String("description")?.Value ?? "")
        {
            Edition = repo.Parsed<Edition>("edition", Edition.TryParse)?.Value,
            Official = repo.Boolean("official")?.Value,
        };
        repo.Finish();

        TomlSection signing = Required(file, "signing");
        string key = AbsolutePath(signing, "key_file", required: true) ?? "";
        signing.Finish();

        IReadOnlyList<UploadConfig> uploads = UploadReader.Read(file);
        HttpConfig http = ReadHttp(file);

        TomlSection poll = Required(file, "poll");
        TimeSpan interval =
            poll.Parsed<TimeSpan>("default_interval", GoDuration.TryParseInterval, required: true)?.Value
            ?? RecipeLimits.ShortestInterval;
        PollConfig polling = new(
            poll.BoundedCount("max_concurrent", 1000) ?? PollConfig.Default.MaxConcurrent,
            poll.BoundedCount("max_per_host", 1000) ?? PollConfig.Default.MaxPerHost,
            poll.BoundedDuration("timeout") ?? PollConfig.Default.Timeout
        );
        poll.Finish();

        FetchConfig fetching = FetchConfig.Read(file);
        BuildConfig builds = ReadBuilds(file);
        IReadOnlyList<PoolConfig> pools = PoolConfig.Read(file);
        RootConfig? root = RootConfig.Read(file, builds);
        PublishConfig publishing = PublishConfig.Read(file);
        ReproduceConfig reproducing = ReproduceConfig.Read(file);
        LimitConfig limits = ReadLimits(file);
        RetentionConfig retention = ReadRetention(file);
        IReadOnlyList<NotifyConfig> notifications = NotifyConfig.Read(file);
        string level = ReadLogLevel(file);

        file.Problems.ThrowIfAny();
        return new ManagerConfig(
            farmId,
            recipes ?? new StateLayout(state).Recipes,
            state,
            repository,
            key,
            uploads,
            http,
            interval
        )
        {
            Recipes = source,
            Forge = forge,
            Polling = polling,
            Fetching = fetching,
            Builds = builds,
            Pools = pools,
            Root = root,
            Publishing = publishing,
            Reproducing = reproducing,
            Limits = limits,
            Retention = retention,
            Notifications = notifications,
            LogLevel = level,
        };
    }

    private static RetentionConfig ReadRetention(TomlFile file)
    {
        if (file.Section("retention") is not { } section)
        {
            return RetentionConfig.Default;
        }

        RetentionConfig retention = new(
            section.Parsed<TimeSpan>("logs", GoDuration.TryParse)?.Value ?? RetentionConfig.Default.Logs,
            section.Parsed<long>("log_size", ByteSize.TryParse)?.Value ?? RetentionConfig.Default.LogSize,
            section.Parsed<TimeSpan>("stages", GoDuration.TryParse)?.Value ?? RetentionConfig.Default.Stages
        );
        section.Finish();
        return retention;
    }

    private static string ReadLogLevel(TomlFile file)
    {
        if (file.Section("log") is not { } section)
        {
            return LogSetup.DefaultLevel;
        }

        string level = section.Parsed<string>("level", ParseLevel)?.Value ?? LogSetup.DefaultLevel;
        section.Finish();
        return level;
    }

    private static BuildConfig ReadBuilds(TomlFile file)
    {
        if (file.Section("build") is not { } section)
        {
            return BuildConfig.Default;
        }

        BuildConfig builds = new(
            section.BoundedCount("parallel", 1000),
            section.BoundedCount("give_up_after", 1000) ?? BuildConfig.Default.GiveUpAfter
        )
        {
            Sandbox = section.Boolean("sandbox")?.Value,
            Launcher = LauncherCommand.Read(section),
        };
        section.Finish();
        return builds;
    }

    private static LimitConfig ReadLimits(TomlFile file)
    {
        if (file.Section("limits") is not { } section)
        {
            return LimitConfig.Default;
        }

        LimitConfig limits = new(
            section.Parsed<long>("min_free", ByteSize.TryParse)?.Value ?? LimitConfig.Default.MinFree
        )
        {
            Builds = BuildLimits.Read(section).Over(LimitConfig.Default.Builds),
        };
        section.Finish();
        return limits;
    }

    private static HttpConfig ReadHttp(TomlFile file)
    {
        if (file.Section("http") is not { } section)
        {
            return new HttpConfig(null) { Acting = ActingConfig.Read(null, file) };
        }

        ListenAddress? address = section.Parsed<ListenAddress?>("addr", ParseAddress)?.Value;
        IReadOnlyList<string> shared = ConfigPaths.Read(section, "webhook_secret_file");
        Dictionary<string, IReadOnlyList<string>> own = new(StringComparer.Ordinal);
        foreach (string forge in ForgesWithOwnSecrets)
        {
            if (ConfigPaths.Read(section, forge + "_secret_file") is { Count: > 0 } files)
            {
                own.Add(forge, files);
            }
        }

        bool serves = section.Boolean("serve_repo")?.Value ?? false;
        IReadOnlyList<Located<string>> hosts = section.Strings("hosts");
        foreach (Located<string> host in hosts.Where(host => Uri.CheckHostName(host.Value) != UriHostNameType.Dns))
        {
            section.Problems.Error(
                host.Position,
                $"hosts in {section.Label}: \"{host.Value}\" is no host name; write it without scheme and port, as \"farm.example.org\""
            );
        }

        string? publicUrl = section.Parsed<string>("public_url", ParsePublicUrl)?.Value;
        ActingConfig? acting = ActingConfig.Read(section, file);
        section.Finish();
        HttpConfig http = new(address)
        {
            ServesRepository = serves,
            Hosts = [.. hosts.Select(host => host.Value)],
            Acting = acting,
            PublicUrl = publicUrl,
        };
        http = shared.Count > 0 ? http with { WebhookSecretFiles = shared } : http;
        return own.Count > 0 ? http with { ForgeSecretFiles = own } : http;
    }

    // A missing section is one problem, not one for each of its keys: the stand-in's problems go nowhere.
    private static TomlSection Required(TomlFile file, string name)
    {
        if (file.Section(name) is { } section)
        {
            return section;
        }

        if (file.Root.Find(name) is null)
        {
            file.Problems.Error(TomlPosition.Start, $"the section [{name}] is missing");
        }

        return new TomlSection(new ProblemList(file.Problems.File), $"[{name}]", new TomlTable(TomlPosition.Start));
    }

    private static string Text(TomlSection section, string key)
    {
        Located<string>? text = section.Parsed<string>(key, NotBlank, required: true);
        return text?.Value ?? "";
    }

    private static string? AbsolutePath(TomlSection section, string key, bool required) =>
        section.Parsed<string>(key, ConfigPaths.TryParse, required)?.Value;

    private static bool NotBlank(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            string.IsNullOrWhiteSpace(value) ? "it is empty"
            : value.Any(char.IsControl) ? "it holds control characters"
            : null;
        return error is null;
    }

    private static bool ParseLevel(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = LogSetup.LevelNames.Contains(value, StringComparer.Ordinal)
            ? null
            : $"\"{text}\" is none of {string.Join(", ", LogSetup.LevelNames)}{NearestName.Suggestion(value, LogSetup.LevelNames)}";
        return error is null;
    }

    private static bool ParsePublicUrl(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = (text ?? "").TrimEnd('/');
        error =
            Uri.TryCreate(value, UriKind.Absolute, out Uri? url)
            && url.Scheme is "http" or "https"
            && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0
            && url.AbsolutePath == "/"
                ? null
                : $"write where people find the pages, as \"https://farm.example.org\"";
        return error is null;
    }

    private static bool ParseAddress(string? text, out ListenAddress? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        error = null;
        return string.IsNullOrEmpty(text) || ListenAddress.TryParse(text, out value, out error);
    }
}
