using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Peipkg.Manager.Watching;

namespace Peipkg.Manager.Http;

/// <summary>What of a GitHub delivery decides: under which addresses its repository is known.</summary>
/// <param name="Keys">Their <see cref="UpstreamUrl.RepositoryKey"/>s.</param>
internal sealed record GithubDelivery(IReadOnlySet<string> Keys)
{
    private static readonly string[] UrlFields = ["clone_url", "ssh_url", "git_url", "html_url", "url"];

    /// <summary>Reads a payload that has been authenticated.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out GithubDelivery? delivery, [NotNullWhen(false)] out string? error)
    {
        delivery = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("repository", out JsonElement repository)
                || repository.ValueKind != JsonValueKind.Object)
            {
                error = "the payload names no repository";
                return false;
            }

            HashSet<string> keys = new(StringComparer.Ordinal);
            foreach (string field in UrlFields)
            {
                if (repository.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String
                    && UpstreamUrl.TryParse(value.GetString()!, out UpstreamUrl? url, out _))
                {
                    keys.Add(url.RepositoryKey);
                }
            }

            delivery = new GithubDelivery(keys);
            error = null;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            error = "the payload is not JSON";
            return false;
        }
    }
}
