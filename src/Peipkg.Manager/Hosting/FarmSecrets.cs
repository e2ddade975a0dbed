using System.Text.RegularExpressions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Http;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Trials;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Hosting;

/// <summary>Every secret that a farm is given, wherever it is written: what <see cref="Redactor"/> must know.</summary>
internal static partial class FarmSecrets
{
    private const string RclonePrefix = "RCLONE_CONFIG_";

    // What is shorter in a URL's path may be a word.
    private const int LongestWord = 10;

    // Of rclone's options those that say where and how; every other may be a key of some service.
    private static readonly string[] Harmless =
    [
        "TYPE",
        "PROVIDER",
        "ENDPOINT",
        "REGION",
        "ACL",
        "FORCE_PATH_STYLE",
        "ENV_AUTH",
        "LOCATION_CONSTRAINT",
        "STORAGE_CLASS",
        "HOST",
        "PORT",
        "VENDOR",
        "URL",
        "NO_CHECK_BUCKET",
        "KEY_FILE",
        "SHELL_TYPE",
    ];

    /// <summary>Those of the environment.</summary>
    public static IEnumerable<string> Of(IReadOnlyDictionary<string, string> environment) =>
        environment.SelectMany(variable =>
            variable.Key.StartsWith(RclonePrefix, StringComparison.Ordinal) ? OfRclone(variable.Key, variable.Value)
            : variable.Key.StartsWith("GIT_CONFIG_VALUE_", StringComparison.Ordinal)
            && variable.Value.Contains("Authorization:", StringComparison.OrdinalIgnoreCase)
                ? [variable.Value, variable.Value[(variable.Value.LastIndexOf(' ') + 1)..]]
            : SecretName().IsMatch(variable.Key) && !PathName().IsMatch(variable.Key) ? [variable.Value]
            : variable.Value.Contains('@', StringComparison.Ordinal)
            && Uri.TryCreate(variable.Value, UriKind.Absolute, out Uri? url)
                ? OfUserInfo(url)
            : (IEnumerable<string>)[]
        );

    /// <summary>Those of the configuration and the files it names, and of the recipes.</summary>
    public static IEnumerable<string> Of(
        ManagerConfig config,
        IReadOnlyDictionary<Forge, WebhookSecrets> webhooks,
        RecipeRoster roster
    ) =>
        [
            .. webhooks.Values.SelectMany(secrets => secrets.Texts),
            .. config.Notifications.SelectMany(n =>
                n.Url is { } url ? [url.PathAndQuery, .. Parts(url), .. OfUserInfo(url)] : Words(n.Command ?? [])
            ),
            .. config
                .Pools.Select(pool => pool.Launcher)
                .Append(config.Builds.Launcher)
                .SelectMany(l => Words(l?.Words ?? [])),
            .. config.Uploads.SelectMany(OfUpload),
            .. OfForge(config.Forge),
            .. OfUrl(config.Recipes?.Git),
            .. roster.Watched.SelectMany(recipe => OfUrl(recipe.Url)),
        ];

    // What cannot be read is told to nobody either.
    private static string[] OfForge(ForgeConfig? forge)
    {
        try
        {
            return forge?.TokenFile is { } file ? [ForgeStatuses.ReadToken(file)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Chat services have the token in the path, or in the query.
    private static IEnumerable<string> Parts(Uri url) =>
        url
            .PathAndQuery.Split('/', '?', '&', '=')
            .Where(part => part.Length >= LongestWord && part.Any(char.IsAsciiDigit))
            .SelectMany(part => (string[])[part, Uri.UnescapeDataString(part)]);

    private static IEnumerable<string> OfUserInfo(Uri url) =>
        url
            .UserInfo.Split(':', 2)
            .Skip(url.UserInfo.Contains(':', StringComparison.Ordinal) ? 1 : 0)
            .SelectMany(part => (string[])[part, Uri.UnescapeDataString(part)]);

    private static IEnumerable<string> OfUpload(UploadConfig upload) =>
        upload.Backend switch
        {
            UploadBackend.Git when GitAddress.TryParse(upload.Remote, out GitAddress? url, out _) => OfUrl(url),
            UploadBackend.Rclone when RcloneRemote.TryParse(upload.Remote, out RcloneRemote? remote, out _) =>
                remote.Variables.SelectMany(variable => OfRclone(variable.Key, variable.Value)),
            _ => [],
        };

    // Name and password in Base64, as git sends it, and the password by itself.
    private static IEnumerable<string> OfUrl(GitAddress? url) =>
        url?.Credentials is not { } credentials
            ? []
            : [credentials.Basic, credentials.Password.Length > 0 ? credentials.Password : credentials.User];

    private static IEnumerable<string> OfRclone(string variable, string value) =>
        Harmless.Any(name => variable.EndsWith("_" + name, StringComparison.Ordinal)) ? [] : [value];

    // --token=… and the like. Arguments are for everybody to read; but not, on top of that, in logs that are served.
    private static IEnumerable<string> Words(IEnumerable<string> command)
    {
        foreach (string word in command.Skip(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && SecretName().IsMatch(word[..equals].Replace('-', '_')))
            {
                yield return word[(equals + 1)..];
            }
        }
    }

    [GeneratedRegex(
        "(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|CREDENTIALS?|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY)(_|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex SecretName();

    [GeneratedRegex(
        "_(FILE|PATH|DIR|DIRECTORY|SOCK|COMMAND)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex PathName();
}
