using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Http;

/// <summary>What of a forge's delivery decides: under which addresses its repository is known.</summary>
/// <param name="Keys">Their <see cref="GitAddress.RepositoryKey"/>s.</param>
internal sealed record WebhookDelivery(IReadOnlySet<string> Keys)
{
    /// <summary>
    /// Whether a recipe's upstream is this repository. The host of an ssh address may be an alias of the operator's
    /// ssh_config, or the forge's other door (ssh.github.com:443), so there only the path must be the same: at worst an
    /// upstream is polled that has nothing new.
    /// </summary>
    public bool IsAbout(GitAddress upstream) =>
        Keys.Contains(upstream.RepositoryKey)
        || (
            upstream.Transport == GitTransport.Ssh
            && PathOf(upstream.RepositoryKey) is { Length: > 0 } path
            && Keys.Any(key => PathOf(key) == path)
        );

    private static string PathOf(string key) => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>What the forge calls the repository, for the log; null when it does not say.</summary>
    public string? Repository { get; private init; }

    // GitHub, Forgejo and Gitea tell about the "repository"; GitLab also about the "project", and names the URLs by git.
    private static readonly string[] Objects = ["repository", "project"];

    private static readonly string[] NameFields = ["full_name", "path_with_namespace", "name"];

    private const int MaxName = 200;

    private static readonly string[] UrlFields =
    [
        "clone_url",
        "ssh_url",
        "git_url",
        "html_url",
        "url",
        "git_http_url",
        "git_ssh_url",
        "http_url",
        "web_url",
    ];

    /// <summary>Reads a payload that has been authenticated.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> payload,
        [NotNullWhen(true)] out WebhookDelivery? delivery,
        [NotNullWhen(false)] out string? error
    )
    {
        delivery = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 64 });
            HashSet<string> keys = new(StringComparer.Ordinal);
            bool named = false;
            string? title = null;
            foreach (string name in Objects)
            {
                if (
                    document.RootElement is { ValueKind: JsonValueKind.Object } root
                    && root.TryGetProperty(name, out JsonElement repository)
                    && repository.ValueKind == JsonValueKind.Object
                )
                {
                    named = true;
                    AddKeys(repository, keys);
                    title = NameOf(repository) ?? title;
                }
            }

            delivery = named ? new WebhookDelivery(keys) { Repository = title } : null;
            error = named ? null : "the payload names no repository";
            return named;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            error = "the payload is not JSON";
            return false;
        }
    }

    private static string? NameOf(JsonElement repository) =>
        NameFields
            .Select(field =>
                repository.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null
            )
            .FirstOrDefault(name => name is { Length: > 0 and <= MaxName });

    private static void AddKeys(JsonElement repository, HashSet<string> keys)
    {
        foreach (string field in UrlFields)
        {
            if (
                repository.TryGetProperty(field, out JsonElement value)
                && value.ValueKind == JsonValueKind.String
                && GitAddress.TryParse(value.GetString()!, out GitAddress? url, out _)
            )
            {
                keys.Add(url.RepositoryKey);
            }
        }
    }
}
