using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Peipkg.Manager.Logging;
using Peipkg.Manager.World;
using Peipkg.Posix.Processes;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Takes commands on a Unix socket in the state directory: <c>POST /operate</c> with an <see cref="OperatorRequest"/>. The
/// socket has mode 0600, and whoever connects must be root or the manager's own user by the kernel's word (SO_PEERCRED).
/// </summary>
internal sealed class ControlServer(string path, OperatorDesk desk, TimeProvider clock, ILoggerFactory loggers)
    : IAsyncDisposable
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    private readonly RepeatedEvent _strangers = new(clock);
    private readonly ILogger _logger = loggers.CreateLogger<ControlServer>();
    private WebApplication? _application;
    private ControlSocket? _socket;

    /// <summary>Begins to listen. What a killed manager left there is replaced: the state lock is held.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        File.Delete(path);
        _socket = new ControlSocket(path);
        WebApplicationBuilder builder = InnerServer.CreateBuilder(loggers);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ManagerLimits.RequestBytes;
            kestrel.Limits.MaxConcurrentConnections = ManagerLimits.ControlConnections;
            kestrel.ListenUnixSocket(
                _socket.Address,
                options => options.Use(next => connection => Check(connection, next))
            );
        });
        _application = builder.Build();
        _application.MapPost("/operate", OperateAsync);
        try
        {
            await _application.StartAsync(cancellation);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ControlEvents.Deaf(_logger, path, exception.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
            await application.StopAsync(patience.Token);
            await application.DisposeAsync();
            File.Delete(path);
        }

        _strangers.Dispose();
        _socket?.Dispose();
    }

    private Task Check(ConnectionContext connection, ConnectionDelegate next)
    {
        uint? user = connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? UserOf(socket) : null;
        if (user is { } id && (id == 0 || id == OwnProcess.EffectiveUser))
        {
            return next(connection);
        }

        _strangers.Occurred(times => ControlEvents.Stranger(_logger, user, times));
        connection.Abort();
        return Task.CompletedTask;
    }

    // struct ucred of socket(7): process, user and group, four bytes each.
    private static uint UserOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return MemoryMarshal.Read<uint>(credentials[4..]);
    }

    // Whoever it was let in as; what a command says of itself proves nothing.
    private static string? NameOf(HttpContext context) =>
        context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket ? UserName.Of(UserOf(socket)) : null;

    private async Task OperateAsync(HttpContext context)
    {
        OperatorReply reply;
        try
        {
            OperatorRequest? request = await JsonSerializer.DeserializeAsync(
                context.Request.Body,
                OperatorJson.Default.OperatorRequest,
                context.RequestAborted
            );
            reply = request is null
                ? new OperatorReply { Error = "an empty request" }
                : await Task.Run(() => desk.Answer(request, NameOf(context)));
        }
        catch (JsonException exception)
        {
            reply = new OperatorReply { Error = $"the request was not understood: {exception.Message}" };
        }
#pragma warning disable CA1031 // Whatever it is: the operator hears of it, and the farm goes on.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            HttpEvents.RequestFailed(_logger, context.Request.Path, exception);
            reply = new OperatorReply { Error = $"the manager failed to answer: {exception.Message}" };
        }

        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body,
            reply,
            OperatorJson.Default.OperatorReply,
            context.RequestAborted
        );
    }
}

/// <summary>Events of the control socket.</summary>
internal static partial class ControlEvents
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "the control socket cannot be used, commands cannot reach this manager"
    )]
    public static partial void Deaf(ILogger logger, string path, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a stranger was turned away from the control socket")]
    public static partial void Stranger(ILogger logger, uint? user, long? times);
}
