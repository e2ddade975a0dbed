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
using Peipkg.Posix.Processes;

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
                () =>
                    roster ??= RecipeCheckouts.Place(config) is var (directory, commit)
                        ? RecipeRoster.Load(directory, NullLogger.Instance, OwnRepository.EditionOf(config), commit)
                        : RecipeRoster.Empty,
                live: null
            );
        }
    }

    public StateLayout Layout { get; }

    /// <summary>Finds the way.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static async Task<FarmAccess> OpenAsync(
        ManagerConfig config,
        ManagerWorld world,
        CancellationToken cancellation
    )
    {
        StateLayout layout = new(config.StateDirectory);
        if (await ConnectAsync(layout.Socket, cancellation) is { } client)
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
        catch (StateLockedException exception)
        {
            throw new UserErrorException(
                $"{exception.Message.Split(';')[0]} and does not answer on {layout.Socket}; it may just be starting or ending, try again",
                exception
            );
        }
        catch (Exception exception) when (exception is StorageException or IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new UserErrorException(exception.Message, exception);
        }
    }

    /// <summary>Asks the farm.</summary>
    /// <exception cref="UserErrorException">It cannot, or the manager has gone.</exception>
    public async Task<OperatorReply> AskAsync(OperatorRequest request, CancellationToken cancellation)
    {
        OperatorReply reply =
            _desk?.Answer(request, UserName.Of(OwnProcess.EffectiveUser)) ?? await SendAsync(request, cancellation);
        return reply.Error is { } error ? throw new UserErrorException(error) : reply;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        _database?.Dispose();
        _lock?.Dispose();
    }

    private async Task<OperatorReply> SendAsync(OperatorRequest request, CancellationToken cancellation)
    {
        // What is tried takes as long as it takes.
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(request.Command == OperatorCommand.PoolTest ? Timeout.InfiniteTimeSpan : Patience);
        try
        {
            using JsonContent content = JsonContent.Create(request, OperatorJson.Default.OperatorRequest);
            using HttpResponseMessage response = await _client!.PostAsync(
                new Uri("http://manager/operate"),
                content,
                patience.Token
            );
            return await response.Content.ReadFromJsonAsync(OperatorJson.Default.OperatorReply, patience.Token)
                ?? throw new UserErrorException("the manager sent an empty answer");
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException or IOException or NotSupportedException
                || (exception is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            throw new UserErrorException(
                $"the manager did not answer on {Layout.Socket}: {exception.Message}. It talks to root and its own user only; its log says more.",
                exception
            );
        }
    }

    private static async Task<HttpClient?> ConnectAsync(string path, CancellationToken cancellation)
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
            await socket.ConnectAsync(address, cancellation);
        }
        catch (SocketException exception)
            when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            // Left behind by a manager that was killed.
            return null;
        }
        catch (SocketException exception)
        {
            throw new UserErrorException(
                $"{path}: {exception.Message}. The manager talks to root and its own user only.",
                exception
            );
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
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
