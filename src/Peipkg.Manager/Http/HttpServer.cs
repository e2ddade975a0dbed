using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>
/// The HTTP endpoints of SPEC §9 on Kestrel: <see cref="HttpPages"/>, <c>POST /webhooks/github</c>, and its like
/// for other forges.
/// Plain HTTP; TLS is a reverse proxy's. Meant to stay up while a build drains.
/// </summary>
internal sealed class HttpServer(
    ListenAddress address,
    HttpPages pages,
    IReadOnlyList<WebhookEndpoint> webhooks,
    TimeProvider clock,
    ILoggerFactory loggers
) : IHostedService, IAsyncDisposable
{
    // Whoever watches the process, and forges, which prove themselves, may come by any name.
    private static readonly string[] Everywhere = ["/healthz", "/webhooks"];

    private readonly ConnectionPlaces _places = new(ManagerLimits.Connections);
    private readonly RepeatedEvent _failed = new(clock);
    private readonly ILogger _logger = loggers.CreateLogger<HttpServer>();
    private WebApplication? _application;

    /// <summary>Where it listens, once it does.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">The address cannot be listened on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = InnerServer.CreateBuilder(loggers);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = ManagerLimits.Connections);
        builder.WebHost.ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.Use(GuardAsync);
        pages.Map(_application);
        foreach ((WebhookEndpoint webhook, string path) in webhooks.SelectMany(w => w.Paths.Select(path => (w, path))))
        {
            _application.MapPost(path, webhook.HandleAsync);
        }

        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            string why =
                exception.InnerException is AddressInUseException
                    ? "another program listens there already"
                    : (exception as SocketException ?? exception.InnerException ?? exception).Message;
            throw new UserErrorException($"cannot listen on {address.Text} ([http] addr): {why}", exception);
        }

        Addresses =
        [
            .. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
                ?? [],
        ];
        HttpEvents.Listening(_logger, string.Join(',', Addresses));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _application?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _failed.Dispose();
        pages.Dispose();
        return _application?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Answers with a line of plain text.</summary>
    public static Task TextAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => AdmitAsync(connection, next)));
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        kestrel.Limits.MaxRequestBodySize = ManagerLimits.RequestBytes;
        if (address.IsLocalhost)
        {
            // Both loopback addresses cannot share a port that the system chooses.
            if (address.Port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(address.Port);
            }
        }
        else if (address.Address is { } ip)
        {
            kestrel.Listen(ip, address.Port);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port);
        }
    }

    private async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using ConnectionPlaces.Place place = _places.Enter(
            (connection.RemoteEndPoint as IPEndPoint)?.Address,
            connection.Abort
        );
        await next(connection);
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.Path.StartsWithSegments("/repo"))
        {
            // The repository's own pages bring their own policy.
            context.Response.Headers.ContentSecurityPolicy = Dashboard.Policy;
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
        }

        if (
            !pages.Answers(context.Request.Host)
            && !Everywhere.Any(path => context.Request.Path.StartsWithSegments(path))
        )
        {
            await TextAsync(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "this farm has no such name; [http] hosts lists those that it has"
            );
            return;
        }

        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, ContentType: null } response)
            {
                await (
                    response.StatusCode switch
                    {
                        StatusCodes.Status404NotFound => TextAsync(
                            context,
                            response.StatusCode,
                            "there is nothing at this address; the farm's page is at /"
                        ),
                        StatusCodes.Status405MethodNotAllowed => TextAsync(
                            context,
                            response.StatusCode,
                            $"only {response.Headers.Allow} is answered here"
                        ),
                        _ => Task.CompletedTask,
                    }
                );
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Likewise.
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // The server itself would log each, and strangers can send any number.
            await TextAsync(context, exception.StatusCode, "this is not a request that can be answered");
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            string path = context.Request.Path;
            _failed.Occurred(times => HttpEvents.RequestFailed(_logger, path, exception, times));
            if (!context.Response.HasStarted)
            {
                await TextAsync(
                    context,
                    StatusCodes.Status500InternalServerError,
                    "the request failed; the farm's log says why"
                );
            }
        }
    }
}
