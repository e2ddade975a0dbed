using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Answers every request over HTTP by sending whoever asks elsewhere.</summary>
internal sealed class RedirectingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;

    public RedirectingServer(string place)
    {
        _answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 302 Found\r\nLocation: {place}/info/refs\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/upstream.git";

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = await client.GetStream().ReadAsync(new byte[8192]);
                await client.GetStream().WriteAsync(_answer);
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
