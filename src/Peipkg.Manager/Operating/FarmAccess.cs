using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Operating;

/// <summary>
/// The way of a command to its farm: over the control socket to the running manager, or with the state directory's lock
/// held straight to the database.
/// </summary>
internal sealed class FarmAccess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient? _client;
    private readonly StateLock? _lock;
    private readonly ManagerDatabase? _database;
    private readonly OperatorDesk? _desk;

    private FarmAccess(
        ManagerConfig config,
        StateLayout layout,
        HttpClient? client,
        StateLock? held,
        ManagerDatabase? database,
        TimeProvider clock
    )
    {
        Layout = layout;
        _client = client;
        _lock = held;
        _database = database;
        if (database is not null)
        {
            RecipeRoster? roster = null;
            FarmStores stores = new(
                database,
                new ConfigHolder(config),
                layout,
                new RepositoryState(layout.Repository),
                clock
            );
            _desk = new OperatorDesk(
                stores,
                () => roster ??= RecipeRoster.Load(config.RecipesDirectory, NullLogger.Instance),
                live: null
            );
        }
    }

    public StateLayout Layout { get; }

    /// <summary>Finds the way.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static async Task<FarmAccess> OpenAsync(ManagerConfig config, ManagerWorld world, CancellationToken stop)
    {
        StateLayout layout = new(config.StateDirectory);
        if (await ConnectAsync(layout.Socket, stop) is { } client)
        {
            return new FarmAccess(config, layout, client, null, null, world.Clock);
        }

        if (!File.Exists(layout.Database))
        {
            throw new UserErrorException(
                Directory.Exists(layout.Root)
                    ? $"there is no {layout.Database}, or it may not be seen: no manager has run with this state_dir yet, or this user may not read it"
                    : $"there is no state_dir {layout.Root}: no manager has run with this configuration yet"
            );
        }

        StateLock? held = null;
        try
        {
            held = StateLock.Acquire(layout.Lock, world.ProcessId, world.Clock.GetUtcNow());
            return new FarmAccess(config, layout, null, held, ManagerDatabase.Open(layout.Database), world.Clock);
        }
        catch (StateLockedException e)
        {
            throw new UserErrorException(
                $"{e.Message.Split(';')[0]} and does not answer on {layout.Socket}; it may just be starting or ending, try again",
                e
            );
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new UserErrorException(e.Message, e);
        }
    }

    /// <summary>Asks the farm.</summary>
    /// <exception cref="UserErrorException">It cannot, or the manager has gone.</exception>
    public async Task<OperatorReply> AskAsync(OperatorRequest request, CancellationToken stop)
    {
        OperatorReply reply = _desk?.Answer(request) ?? await SendAsync(request, stop);
        return reply.Error is { } error ? throw new UserErrorException(error) : reply;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _database?.Dispose();
        _lock?.Dispose();
    }

    private async Task<OperatorReply> SendAsync(OperatorRequest request, CancellationToken stop)
    {
        try
        {
            using JsonContent content = JsonContent.Create(request, OperatorJson.Default.OperatorRequest);
            using HttpResponseMessage response = await _client!.PostAsync(
                new Uri("http://manager/operate"),
                content,
                stop
            );
            return await response.Content.ReadFromJsonAsync(OperatorJson.Default.OperatorReply, stop)
                ?? throw new UserErrorException("the manager sent an empty answer");
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException or IOException or NotSupportedException
                || (e is OperationCanceledException && !stop.IsCancellationRequested)
            )
        {
            throw new UserErrorException(
                $"the manager did not answer on {Layout.Socket}: {e.Message}. It talks to root and its own user only; its log says more.",
                e
            );
        }
    }

    private static async Task<HttpClient?> ConnectAsync(string path, CancellationToken stop)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using ControlSocket way = new(path);
        UnixDomainSocketEndPoint address = new(way.Address);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, stop);
        }
        catch (SocketException e)
            when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            // Left behind by a manager that was killed.
            return null;
        }
        catch (SocketException e)
        {
            throw new UserErrorException($"{path}: {e.Message}. The manager talks to root and its own user only.", e);
        }
        finally
        {
            socket.Dispose();
        }

        return new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    using ControlSocket again = new(path);
                    Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await connection.ConnectAsync(new UnixDomainSocketEndPoint(again.Address), cancellation);
                        return new NetworkStream(connection, ownsSocket: true);
                    }
                    catch
                    {
                        connection.Dispose();
                        throw;
                    }
                },
            }
        )
        {
            Timeout = Patience,
        };
    }
}
