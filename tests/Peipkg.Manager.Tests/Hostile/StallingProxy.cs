using System.Net;
using System.Net.Sockets;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Where a server falls silent without hanging up.</summary>
public enum Stall
{
    /// <summary>After it took the connection.</summary>
    Accept,

    /// <summary>After its headers, or the request where there are none.</summary>
    Headers,

    /// <summary>In the middle of what it says about its refs.</summary>
    Refs,

    /// <summary>In the middle of the pack.</summary>
    Pack,
}

/// <summary>Stands before a real git server and stalls at a stage of the protocol.</summary>
internal sealed class StallingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly Stall _stall;

    public StallingProxy(string url, Stall stall)
    {
        (_server, _stall) = (new Uri(url), stall);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url =>
        new UriBuilder(_server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }
            .Uri
            .AbsoluteUri;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (TcpClient server = new())
            {
                NetworkStream near = client.GetStream();
                if (_stall == Stall.Accept)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }

                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                NetworkStream far = server.GetStream();
                await Task.WhenAll(near.CopyToAsync(far, _stop.Token), BackAsync(far, near));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // The test is over, or somebody hung up.
        }
    }

    private async Task BackAsync(NetworkStream far, NetworkStream near)
    {
        byte[] buffer = new byte[1 << 16];
        long sent = 0;
        int matched = 0;
        int count;
        while ((count = await far.ReadAsync(buffer, _stop.Token)) > 0)
        {
            int allowed = _stall switch
            {
                // Smart HTTP has some 200 bytes of headers.
                Stall.Headers => _server.Scheme == "http" ? (int)Math.Min(count, Math.Max(0, 40 - sent)) : 0,
                Stall.Refs => (int)Math.Min(count, Math.Max(0, (_server.Scheme == "http" ? 330 : 50) - sent)),
                _ => Pack(buffer.AsSpan(0, count), ref matched),
            };
            await near.WriteAsync(buffer.AsMemory(0, allowed), _stop.Token);
            sent += allowed;
            if (allowed < count)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }
        }

        near.Socket.Shutdown(SocketShutdown.Send);
    }

    // A little of the pack, wherever the word is divided.
    private static int Pack(ReadOnlySpan<byte> bytes, ref int matched)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            matched =
                bytes[i] == "PACK"u8[matched] ? matched + 1
                : bytes[i] == (byte)'P' ? 1
                : 0;
            if (matched == 4)
            {
                matched = 0;
                return Math.Min(bytes.Length - 1, i + 20);
            }
        }

        return bytes.Length;
    }
}
