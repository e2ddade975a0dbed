using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Processes;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Tells people of events: reads the diary behind the farm's back, so that nothing ever waits for it. What it has told is
/// remembered, so a restart neither repeats nor loses an event. What cannot be told in a few tries is left out and logged.
/// </summary>
internal sealed class Notifier(
    FarmStores stores,
    ChildRunner children,
    ChildEnvironment environment,
    HttpClient client,
    Redactor redactor,
    ILogger<Notifier> logger
)
{
    private const string Cursor = "notified";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan[] Retries =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(20),
    ];

    /// <summary>Tells of events until stopped.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // While nobody is to be told: the latest event that happened, since whoever is named later hears of what comes after.
        long? idle = null;
        while (true)
        {
            try
            {
                if (stores.Config.Notifications.Count == 0)
                {
                    if (idle is null)
                    {
                        stores.Settings.Forget(Cursor);
                    }

                    idle = Latest();
                }
                else
                {
                    if (idle is { } passed)
                    {
                        stores.Settings.Set(Cursor, passed);
                        idle = null;
                    }

                    await TellAsync(cancellation);
                }
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                NotifyEvents.Failed(logger, "the database", "", Boundary.Describe(exception));
            }

            await Task.Delay(Look, stores.Clock, cancellation);
        }
    }

    /// <summary>A single sweep begins: whoever was never told anything hears of what happens from now on.</summary>
    public void Begin() => stores.Settings.SetOnce(Cursor, Latest());

    /// <summary>A single sweep ends: tells of everything that is still to be told.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (stores.Config.Notifications.Count == 0)
        {
            stores.Settings.Set(Cursor, Latest());
            return;
        }

        while (stores.Settings.Number(Cursor) < Latest())
        {
            await TellAsync(cancellation);
        }
    }

    /// <summary>The message about an event.</summary>
    internal byte[] Message(FarmEvent what) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Notification
            {
                FarmId = stores.Config.FarmId,
                Event = what.Kind,
                Recipe = what.Recipe,
                Version = what.Version,
                Build = what.AttemptId,
                At = what.At.Text(),
                Detail = redactor.Clean(what.Detail),
                Text = redactor.Clean(Sentence(what)),
            },
            NotificationJson.Default.Notification
        );

    private async Task TellAsync(CancellationToken cancellation)
    {
        // Where nobody was told before: what happens from now on.
        long last = stores.Settings.Number(Cursor) ?? Latest();
        IReadOnlyList<FarmEvent> events = stores.Events.After(last, ManagerLimits.NotificationsAtOnce);
        if (events.Count == 0)
        {
            stores.Settings.SetOnce(Cursor, last);
            return;
        }

        foreach (FarmEvent what in events)
        {
            await Task.WhenAll(
                stores
                    .Config.Notifications.Where(n => n.Events.Contains(what.Kind, StringComparer.Ordinal))
                    .Select(n => TellAsync(n, what, cancellation))
            );
            stores.Settings.Set(Cursor, what.Id);
        }
    }

    private long Latest() =>
        stores.Events.Latest(null, 1) switch
        {
            [var newest] => newest.Id,
            _ => 0,
        };

    private async Task TellAsync(NotifyConfig to, FarmEvent what, CancellationToken cancellation)
    {
        byte[] message = Message(what);
        for (int attempt = 0; ; attempt++)
        {
            string? error;
            try
            {
                error = to.Url is { } url
                    ? await PostAsync(url, message, to.Timeout, cancellation)
                    : await RunAsync(to, what, message, cancellation);
            }
            catch (Exception exception)
                when (exception is not StorageException
                    && (Boundary.Holds(exception) || !cancellation.IsCancellationRequested)
                )
            {
                error = Boundary.Describe(exception);
            }

            if (error is null)
            {
                NotifyEvents.Told(logger, to.Name, what.Kind, what.Recipe);
                return;
            }

            if (attempt == Retries.Length)
            {
                NotifyEvents.Failed(logger, to.Name, what.Kind, redactor.Clean(error));
                return;
            }

            await Task.Delay(Retries[attempt], stores.Clock, cancellation);
        }
    }

    private async Task<string?> PostAsync(Uri url, byte[] message, TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(timeout);
        using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent(message) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            patience.Token
        );
        return response.IsSuccessStatusCode ? null
            : (int)response.StatusCode is >= 300 and < 400
                ? $"it answered {(int)response.StatusCode}; redirects are not followed, write the address that it leads to"
            : $"it answered {(int)response.StatusCode}";
    }

    // The message travels in variables: children have no standard input of ours.
    private async Task<string?> RunAsync(
        NotifyConfig to,
        FarmEvent what,
        byte[] message,
        CancellationToken cancellation
    )
    {
        Dictionary<string, string> variables = environment.Whole();
        variables["PEIPKG_FARM"] = stores.Config.FarmId;
        variables["PEIPKG_EVENT"] = what.Kind;
        variables["PEIPKG_RECIPE"] = what.Recipe ?? "";
        variables["PEIPKG_VERSION"] = what.Version ?? "";
        variables["PEIPKG_BUILD"] = what.AttemptId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        variables["PEIPKG_TEXT"] = Short(redactor.Clean(Sentence(what)));
        variables["PEIPKG_JSON"] = Short(Encoding.UTF8.GetString(message));
        ChildLimits limits = new(to.Timeout, to.Timeout);
        TailOutput tail = new();
        ChildResult result = await children.RunAsync(
            new ChildCommand(to.Command![0], [.. to.Command.Skip(1)], stores.Layout.Root, variables),
            tail,
            tail,
            limits,
            cancellation
        );
        return result.Succeeded ? null : $"{result.Describe(limits)}: {tail.Text()}";
    }

    // A variable of more than 128 KiB keeps a program from starting (execve(2)).
    private static string Short(string text) => (text.Length > 30_000 ? text[..30_000] : text).Replace('\0', ' ');

    private string Sentence(FarmEvent what)
    {
        string about = (what.Recipe, what.Version) switch
        {
            ({ } recipe, { } version) => $"{recipe} {version}",
            ({ } recipe, null) => recipe,
            _ => "the farm",
        };
        return $"{stores.Config.FarmId}: {about}: {what.Kind}{(what.Detail.Length > 0 ? ": " + what.Detail : "")}";
    }
}

/// <summary>The message that commands and webhooks get.</summary>
internal sealed record Notification
{
    public required string FarmId { get; init; }

    public required string Event { get; init; }

    public required string? Recipe { get; init; }

    public required string? Version { get; init; }

    public required long? Build { get; init; }

    public required string At { get; init; }

    public required string Detail { get; init; }

    /// <summary>All of it in a sentence, under the name that chat services take.</summary>
    public required string Text { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Notification))]
internal sealed partial class NotificationJson : JsonSerializerContext;

/// <summary>Events of telling people of events.</summary>
internal static partial class NotifyEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "notification sent")]
    public static partial void Told(ILogger logger, string to, string kind, string? recipe);

    [LoggerMessage(Level = LogLevel.Warning, Message = "notification failed")]
    public static partial void Failed(ILogger logger, string to, string kind, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "old logs removed")]
    public static partial void Collected(ILogger logger, string result);

    [LoggerMessage(Level = LogLevel.Warning, Message = "old logs could not be removed")]
    public static partial void CollectFailed(ILogger logger, string error);
}
