using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
/// Who wants what came of builds in one message hears of it when the time to gather is over: each has a place of its own
/// in the diary.
/// </summary>
internal sealed class Notifier(
    FarmStores stores,
    ChildRunner children,
    ChildEnvironment environment,
    HttpClient client,
    NotificationWriter writer,
    Redactor redactor,
    ILogger<Notifier> logger
)
{
    private const string Cursor = "notified";

    // Goes on with whom it is for.
    private const string DigestCursor = "digested ";

    // Of more, a message is sent before its time.
    private const int MostGathered = 1000;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan[] Retries =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(20),
    ];

    // A variable of more than 128 KiB keeps a program from starting (execve(2)).
    private const int LongestText = 30_000;
    private const int LongestJson = 120_000;

    private IReadOnlyList<NotifyConfig>? _known;

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
                        stores.Settings.Keep(DigestCursor, []);
                        _known = null;
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

                    await LookAsync(cancellation);
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
    public void Begin()
    {
        stores.Settings.SetOnce(Cursor, Latest());
        BeginDigests();
    }

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

        BeginDigests();
        await GatherAsync(all: true, cancellation);
    }

    /// <summary>Looks once at what is to be told.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        BeginDigests();
        await TellAsync(cancellation);
        await GatherAsync(all: false, cancellation);
    }

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
                    .Config.Notifications.Where(n => n.Tells(what.Kind) && !n.Gathers(what.Kind))
                    .Select(n => TellAsync(n, writer.Of(what), cancellation))
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

    // Before the first look after a change, so that nothing falls between this place in the diary and the common one.
    private void BeginDigests()
    {
        IReadOnlyList<NotifyConfig> all = stores.Config.Notifications;
        if (ReferenceEquals(all, _known))
        {
            return;
        }

        string[] cursors = [.. all.Where(n => n.Digest > TimeSpan.Zero).Select(DigestCursorOf)];
        stores.Settings.Keep(DigestCursor, cursors);
        foreach (string cursor in cursors)
        {
            stores.Settings.SetOnce(cursor, stores.Settings.Number(Cursor) ?? Latest());
        }

        _known = all;
    }

    private Task GatherAsync(bool all, CancellationToken cancellation) =>
        Task.WhenAll(
            stores
                .Config.Notifications.Where(n => n.Digest > TimeSpan.Zero)
                .Select(n => GatherAsync(n, all, cancellation))
        );

    private async Task GatherAsync(NotifyConfig to, bool all, CancellationToken cancellation)
    {
        string cursor = DigestCursorOf(to);
        IReadOnlyList<FarmEvent> events = stores.Events.After(stores.Settings.Number(cursor) ?? Latest(), MostGathered);
        if (events.Count == 0)
        {
            return;
        }

        FarmEvent[] gathered = [.. events.Where(what => to.Gathers(what.Kind))];
        if (gathered.Length > 0)
        {
            if (!all && events.Count < MostGathered && gathered[0].At + to.Digest > stores.Clock.GetUtcNow())
            {
                return;
            }

            foreach (Notification digest in writer.Digests(gathered))
            {
                await TellAsync(to, digest, cancellation);
            }
        }

        stores.Settings.Set(cursor, events[^1].Id);
    }

    // An address is a secret, and the place in the diary is not.
    private static string DigestCursorOf(NotifyConfig to) =>
        DigestCursor
        + Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(to.Url?.OriginalString ?? string.Join('\0', to.Command ?? [])))
        )[..16];

    private async Task TellAsync(NotifyConfig to, Notification what, CancellationToken cancellation)
    {
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(what, NotificationJson.Default.Notification);
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
                NotifyEvents.Told(logger, to.Name, what.Event, what.Recipe);
                return;
            }

            if (attempt == Retries.Length)
            {
                NotifyEvents.Failed(logger, to.Name, what.Event, redactor.Clean(error));
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
        Notification what,
        byte[] message,
        CancellationToken cancellation
    )
    {
        Dictionary<string, string> variables = environment.Whole();
        variables["PEIPKG_FARM"] = stores.Config.FarmId;
        variables["PEIPKG_EVENT"] = what.Event;
        variables["PEIPKG_RECIPE"] = what.Recipe ?? "";
        variables["PEIPKG_VERSION"] = what.Version ?? "";
        variables["PEIPKG_BUILD"] = what.Build?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        variables["PEIPKG_OWNERS"] = string.Join(',', what.Owners);
        variables["PEIPKG_URL"] = what.Url ?? "";
        variables["PEIPKG_TEXT"] = Short(what.Text, LongestText);
        variables["PEIPKG_JSON"] = Short(Encoding.UTF8.GetString(message), LongestJson);
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

    // The JSON is ASCII; other text may have four bytes for each character.
    private static string Short(string text, int most) => (text.Length > most ? text[..most] : text).Replace('\0', ' ');
}

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
