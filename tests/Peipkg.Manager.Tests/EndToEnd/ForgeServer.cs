using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Peipkg.Manager.Tests.EndToEnd;

/// <summary>A commit status that a forge was told.</summary>
internal sealed record ToldStatus(string Path, string Authorization, string State, string Description, string Target);

/// <summary>A real HTTP server that takes commit statuses as Forgejo does.</summary>
internal sealed class ForgeServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<ToldStatus> _told = new();
    private volatile int _answer = 201;
    private volatile string? _redirect;

    public ForgeServer()
    {
        using (System.Net.Sockets.TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public int Port { get; }

    /// <summary>What it was told, in order.</summary>
    public IReadOnlyList<ToldStatus> Told => [.. _told];

    /// <summary>The status of its answers.</summary>
    public void Answer(int status, string? redirect = null)
    {
        _redirect = redirect;
        _answer = status;
    }

    public void Dispose()
    {
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.InputStream);
            string Field(string name) =>
                body.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
            _told.Enqueue(
                new ToldStatus(
                    context.Request.Url!.AbsolutePath,
                    context.Request.Headers["Authorization"] ?? "",
                    _answer < 300 ? Field("state") : "refused",
                    Field("description"),
                    Field("target_url")
                )
            );
            context.Response.StatusCode = _answer;
            if (_redirect is { } address)
            {
                context.Response.RedirectLocation = address;
            }

            context.Response.Close();
        }
    }
}
