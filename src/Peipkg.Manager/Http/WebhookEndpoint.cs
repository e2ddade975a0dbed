using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Logging;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>A repository that the farm watches besides its upstreams.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Look">Looks at it now.</param>
/// <param name="Request">Takes a request to change it, and says what comes of that.</param>
internal sealed record WatchedRepository(
    Peipkg.Recipes.Upstreams.GitAddress Address,
    Action Look,
    Func<string, RequestDelivery, string> Request
);

/// <summary>
/// <c>POST /webhooks/&lt;forge&gt;</c>: an authentic delivery about a watched repository makes its recipes due at once. A
/// delivery only ever triggers a poll, or a look at a request, so replaying one is harmless, and any number of them become
/// one poll.
/// </summary>
internal sealed class WebhookEndpoint(
    Forge forge,
    RosterHolder roster,
    Action<string> trigger,
    WatchedRepository? recipes,
    Func<WebhookSecrets?> current,
    BodyBudget budget,
    TimeProvider clock,
    ILogger<WebhookEndpoint> logger
) : IDisposable
{
    private readonly RepeatedEvent _forged = new(clock);
    private readonly RepeatedEvent _refused = new(clock);

    /// <summary>Where it answers.</summary>
    public IReadOnlyList<string> Paths => forge.Paths;

    public async Task HandleAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        string? delivery = forge.Delivery(headers);
        if (current() is not { } secrets)
        {
            await HttpServer.TextAsync(context, StatusCodes.Status404NotFound, "webhooks are not configured");
            return;
        }

        if (!forge.MayBeRead(headers, secrets))
        {
            await RefuseStrangerAsync(context, delivery);
            return;
        }

        (byte[]? body, int status, string reason) = await ReadBodyAsync(context);
        if (body is null)
        {
            await RefuseAsync(context, status, reason, delivery);
            return;
        }

        if (!forge.IsAuthentic(headers, body, secrets))
        {
            await RefuseStrangerAsync(context, delivery);
            return;
        }

        if (recipes is { } source && forge.IsOfRequest(headers))
        {
            ReadOnlyMemory<byte> payload = Payload(context, body);
            string outcome =
                !WebhookDelivery.TryParse(payload, out WebhookDelivery? about, out _) || !about.IsAbout(source.Address)
                    ? "this request is for another repository than the recipes'"
                : RequestDelivery.Read(payload) is { } request ? source.Request(forge.Name, request)
                : "the payload names no request and commit";
            HttpEvents.Nothing(logger, outcome, delivery, forge.Name);
            await HttpServer.TextAsync(context, StatusCodes.Status200OK, outcome);
        }
        else if (forge.WhyIdle(headers) is { } idle)
        {
            HttpEvents.Nothing(logger, idle, delivery, forge.Name);
            await HttpServer.TextAsync(context, StatusCodes.Status200OK, idle);
        }
        else if (!WebhookDelivery.TryParse(Payload(context, body), out WebhookDelivery? parsed, out string? error))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, error, delivery);
        }
        else
        {
            await HttpServer.TextAsync(context, StatusCodes.Status200OK, Act(parsed, delivery));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forged.Dispose();
        _refused.Dispose();
    }

    private Task RefuseAsync(HttpContext context, int status, string reason, string? delivery)
    {
        string? remote = Remote(context);
        _refused.Occurred(times => HttpEvents.Refused(logger, status, reason, remote, delivery, forge.Name, times));
        return HttpServer.TextAsync(context, status, reason);
    }

    private static string? Remote(HttpContext context) => context.Connection.RemoteIpAddress?.ToString();

    private Task RefuseStrangerAsync(HttpContext context, string? delivery)
    {
        string? remote = Remote(context);
        _forged.Occurred(times => HttpEvents.SignatureInvalid(logger, remote, delivery, forge.Name, times));
        return HttpServer.TextAsync(context, StatusCodes.Status401Unauthorized, "the signature is missing or wrong");
    }

    private string Act(WebhookDelivery parsed, string? delivery)
    {
        bool isSource = recipes is { } source && parsed.IsAbout(source.Address);
        if (isSource)
        {
            HttpEvents.RecipesAccepted(logger, delivery, forge.Name);
            recipes!.Look();
        }

        // Several recipes may share an upstream.
        List<string> watching =
        [
            .. roster
                .Current.Recipes.Where(r =>
                    r is { Url: { } url, Document.Watch: { } watch } && forge.IsHeardBy(watch) && parsed.IsAbout(url)
                )
                .Select(r => r.Name),
        ];
        foreach (string recipe in watching)
        {
            HttpEvents.Accepted(logger, recipe, delivery, forge.Name);
            trigger(recipe);
        }

        if (isSource || watching.Count > 0)
        {
            return "polling " + string.Join(", ", watching.Prepend("the recipes").Skip(isSource ? 0 : 1));
        }

        // Most often one has the upstream and does not say that it listens.
        string[] deaf =
        [
            .. roster.Current.Watched.Where(r => r.Url is { } url && parsed.IsAbout(url)).Select(r => r.Name),
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
        if (context.Request.ContentLength > ManagerLimits.DeliveryBytes)
        {
            return (null, StatusCodes.Status413PayloadTooLarge, TooLarge);
        }

        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = ManagerLimits.DeliveryBytes;
        using BodyBudget.Share share = budget.Open();
        PipeReader reader = context.Request.BodyReader;
        using CancellationTokenSource deadline = new(ManagerLimits.DeliveryTime, clock);

        // A read that a token breaks off leaves the body in a state that the server complains of.
        await using CancellationTokenRegistration late = deadline.Token.Register(reader.CancelPendingRead);
        try
        {
            using MemoryStream body = new();
            while (true)
            {
                ReadResult read = await reader.ReadAsync(context.RequestAborted);
                if (read.IsCanceled)
                {
                    context.Response.Headers.Connection = "close";
                    return (
                        null,
                        StatusCodes.Status408RequestTimeout,
                        "the payload took longer than 30 seconds to arrive"
                    );
                }

                if (!share.TryGrow(body.Length + read.Buffer.Length))
                {
                    return (
                        null,
                        StatusCodes.Status503ServiceUnavailable,
                        "too many large payloads at once; deliver it again"
                    );
                }

                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                {
                    body.Write(part.Span);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return (body.ToArray(), StatusCodes.Status200OK, "");
                }
            }
        }
        catch (BadHttpRequestException exception)
        {
            // Too large, too slow for the server, or not what HTTP is.
            bool large = exception.StatusCode == StatusCodes.Status413PayloadTooLarge;
            return (null, exception.StatusCode, large ? TooLarge : "the payload did not arrive as announced");
        }
    }
}
