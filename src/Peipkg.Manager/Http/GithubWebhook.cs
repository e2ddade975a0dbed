using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>POST /webhooks/github</c>: an authentic delivery about a watched repository makes its recipes due at once. A
/// delivery only ever triggers a poll, so replaying one is harmless.
/// </summary>
internal sealed class GithubWebhook(RosterHolder roster, Action<string> trigger, WebhookSecret? secret, ILogger<GithubWebhook> logger)
{
    /// <summary>GitHub's own cap on a payload.</summary>
    public const int MaxBodyBytes = 25 * 1024 * 1024;

    // Deliveries are a few kilobytes. Larger ones take one of a few places, so that strangers cannot fill the memory.
    private const int SmallBodyBytes = 1024 * 1024;
    private const int LargeBodies = 4;

    private static readonly string[] Events = ["push", "create", "release"];

    private int _largeBodies;

    public async Task HandleAsync(HttpContext context)
    {
        string? delivery = Header(context, "X-GitHub-Delivery");
        string? remote = context.Connection.RemoteIpAddress?.ToString();
        if (secret is null)
        {
            await HttpServer.TextAsync(context, StatusCodes.Status404NotFound, "webhooks are not configured");
            return;
        }

        (byte[]? body, int status, string reason) = await ReadBodyAsync(context);
        if (body is null)
        {
            HttpLog.Refused(logger, status, reason, remote);
            await HttpServer.TextAsync(context, status, reason);
            return;
        }

        if (!secret.Verifies(body, Header(context, "X-Hub-Signature-256")))
        {
            HttpLog.SignatureInvalid(logger, remote, delivery);
            await HttpServer.TextAsync(context, StatusCodes.Status401Unauthorized, "the signature is missing or wrong");
            return;
        }

        (int code, string answer) = Act(Header(context, "X-GitHub-Event"), Payload(context, body), delivery);
        await HttpServer.TextAsync(context, code, answer);
    }

    private (int Code, string Answer) Act(string? kind, ReadOnlyMemory<byte> payload, string? delivery)
    {
        if (kind is not null && !Events.Contains(kind, StringComparer.Ordinal))
        {
            string reason = kind == "ping" ? "pong" : "this event brings no tags";
            HttpLog.Nothing(logger, reason, delivery);
            return (StatusCodes.Status200OK, reason);
        }

        if (!GithubDelivery.TryParse(payload, out GithubDelivery? parsed, out string? error))
        {
            HttpLog.Nothing(logger, error, delivery);
            return (StatusCodes.Status400BadRequest, error);
        }

        // Several recipes may share an upstream.
        List<string> recipes = [.. roster.Current.Recipes
            .Where(r => r is { TakesWebhooks: true, Document.Watch.GithubWebhook: true } && parsed.Keys.Contains(r.Url!.RepositoryKey))
            .Select(r => r.Name)];
        foreach (string recipe in recipes)
        {
            HttpLog.Accepted(logger, recipe, delivery);
            trigger(recipe);
        }

        if (recipes.Count == 0)
        {
            HttpLog.Nothing(logger, "no recipe with github_webhook = true has this upstream", delivery);
        }

        return (StatusCodes.Status200OK, recipes.Count == 0 ? "no recipe watches this repository" : "polling " + string.Join(", ", recipes));
    }

    // GitHub's other content type wraps the JSON into a form field; the signature covers the form.
    private static ReadOnlyMemory<byte> Payload(HttpContext context, byte[] body)
    {
        ReadOnlySpan<byte> field = "payload="u8;
        return context.Request.HasFormContentType && body.AsSpan().StartsWith(field)
            ? System.Text.Encoding.UTF8.GetBytes(System.Net.WebUtility.UrlDecode(System.Text.Encoding.UTF8.GetString(body.AsSpan(field.Length))))
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
        bool large = false;
        try
        {
            using MemoryStream body = new();
            byte[] buffer = new byte[16 * 1024];
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                await body.WriteAsync(buffer.AsMemory(0, count));
                if (!large && body.Length > SmallBodyBytes)
                {
                    large = true;
                    if (Interlocked.Increment(ref _largeBodies) > LargeBodies)
                    {
                        return (null, StatusCodes.Status503ServiceUnavailable, "too many large payloads at once; deliver it again");
                    }
                }
            }

            return (body.ToArray(), StatusCodes.Status200OK, "");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, TooLarge);
        }
        finally
        {
            if (large)
            {
                Interlocked.Decrement(ref _largeBodies);
            }
        }
    }

    private static string? Header(HttpContext context, string name)
    {
        string? value = context.Request.Headers[name];
        return value is { Length: > 0 and <= 200 } ? value : null;
    }
}
