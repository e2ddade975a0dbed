using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>POST /webhooks/&lt;forge&gt;</c>: an authentic delivery about a watched repository makes its recipes due at once. A
/// delivery only ever triggers a poll, so replaying one is harmless, and any number of them become one poll.
/// </summary>
internal sealed class WebhookEndpoint(
    Forge forge,
    RosterHolder roster,
    Action<string> trigger,
    Func<WebhookSecrets?> current,
    BodyBudget budget,
    ILogger<WebhookEndpoint> logger
)
{
    /// <summary>GitHub's own cap on a payload.</summary>
    public const int MaxBodyBytes = 25 * 1024 * 1024;

    /// <summary>Where it answers.</summary>
    public IReadOnlyList<string> Paths => forge.Paths;

    public async Task HandleAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        string? delivery = forge.Delivery(headers);
        string? remote = context.Connection.RemoteIpAddress?.ToString();
        if (current() is not { } secrets)
        {
            await HttpServer.TextAsync(context, StatusCodes.Status404NotFound, "webhooks are not configured");
            return;
        }

        if (!forge.MayBeRead(headers, secrets))
        {
            await RefuseAsync(context, remote, delivery);
            return;
        }

        (byte[]? body, int status, string reason) = await ReadBodyAsync(context);
        if (body is null)
        {
            HttpEvents.Refused(logger, status, reason, remote, delivery, forge.Name);
            await HttpServer.TextAsync(context, status, reason);
            return;
        }

        if (!forge.IsAuthentic(headers, body, secrets))
        {
            await RefuseAsync(context, remote, delivery);
            return;
        }

        if (forge.WhyIdle(headers) is { } idle)
        {
            HttpEvents.Nothing(logger, idle, delivery, forge.Name);
            await HttpServer.TextAsync(context, StatusCodes.Status200OK, idle);
        }
        else if (!WebhookDelivery.TryParse(Payload(context, body), out WebhookDelivery? parsed, out string? error))
        {
            HttpEvents.Refused(logger, StatusCodes.Status400BadRequest, error, remote, delivery, forge.Name);
            await HttpServer.TextAsync(context, StatusCodes.Status400BadRequest, error);
        }
        else
        {
            await HttpServer.TextAsync(context, StatusCodes.Status200OK, Act(parsed, delivery));
        }
    }

    private Task RefuseAsync(HttpContext context, string? remote, string? delivery)
    {
        HttpEvents.SignatureInvalid(logger, remote, delivery, forge.Name);
        return HttpServer.TextAsync(context, StatusCodes.Status401Unauthorized, "the signature is missing or wrong");
    }

    private string Act(WebhookDelivery parsed, string? delivery)
    {
        // Several recipes may share an upstream.
        List<string> recipes =
        [
            .. roster
                .Current.Recipes.Where(r =>
                    r is { Url: { } url, Document.Watch: { } watch }
                    && forge.IsHeardBy(watch)
                    && parsed.Keys.Contains(url.RepositoryKey)
                )
                .Select(r => r.Name),
        ];
        foreach (string recipe in recipes)
        {
            HttpEvents.Accepted(logger, recipe, delivery, forge.Name);
            trigger(recipe);
        }

        if (recipes.Count > 0)
        {
            return "polling " + string.Join(", ", recipes);
        }

        // Most often one has the upstream and does not say that it listens.
        string[] deaf =
        [
            .. roster.Current.Watched.Where(r => parsed.Keys.Contains(r.Url!.RepositoryKey)).Select(r => r.Name),
        ];
        string reason =
            deaf.Length > 0
                ? $"{string.Join(", ", deaf)} has this upstream, but no {forge.Name}_webhook = true in [watch]"
                : "no recipe has this upstream";
        HttpEvents.Unwatched(logger, parsed.Repository, reason, delivery, forge.Name);
        return "no recipe watches this repository";
    }

    // GitHub's other content type wraps the JSON into a form field; the signature covers the form.
    private static ReadOnlyMemory<byte> Payload(HttpContext context, byte[] body)
    {
        ReadOnlySpan<byte> field = "payload="u8;
        return context.Request.HasFormContentType && body.AsSpan().StartsWith(field)
            ? System.Text.Encoding.UTF8.GetBytes(
                System.Net.WebUtility.UrlDecode(System.Text.Encoding.UTF8.GetString(body.AsSpan(field.Length)))
            )
            : body;
    }

    private async Task<(byte[]? Body, int Status, string Reason)> ReadBodyAsync(HttpContext context)
    {
        const string TooLarge = "the payload is larger than 25 MB";
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, TooLarge);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxBodyBytes;
        using BodyBudget.Share share = budget.Open();
        try
        {
            using MemoryStream body = new();
            byte[] buffer = new byte[16 * 1024];
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                if (!share.TryGrow(body.Length + count))
                {
                    return (
                        null,
                        StatusCodes.Status503ServiceUnavailable,
                        "too many large payloads at once; deliver it again"
                    );
                }

                await body.WriteAsync(buffer.AsMemory(0, count));
            }

            return (body.ToArray(), StatusCodes.Status200OK, "");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, TooLarge);
        }
    }
}
