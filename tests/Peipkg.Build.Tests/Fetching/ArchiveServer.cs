using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Peipkg.Build.Tests.Fetching;

/// <summary>A web server with what a test puts there: files, and answers of any kind.</summary>
internal sealed class ArchiveServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, byte[]> _answers = new(StringComparer.Ordinal);

    internal ArchiveServer()
    {
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    internal string Url =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    internal int Requests { get; private set; }

    internal void File(string path, byte[] content) =>
        Answer(path, $"200 OK\r\nContent-Length: {content.Length}", content);

    internal void Redirect(string path, string location) =>
        Answer(path, $"302 Found\r\nLocation: {location}\r\nContent-Length: 0", []);

    internal void Answer(string path, string head, byte[] body) =>
        _answers[path] = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"), .. body];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken stop = _stop.Token;
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(stop);
                Requests++;
                NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
                string path = (await reader.ReadLineAsync(stop) ?? "").Split(' ').ElementAtOrDefault(1) ?? "";
                while (await reader.ReadLineAsync(stop) is { Length: > 0 }) { }

                byte[] missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
                try
                {
                    await stream.WriteAsync(_answers.GetValueOrDefault(path, missing), stop);
                }
                catch (IOException)
                {
                    // curl has heard enough.
                }
            }
        }
        catch (Exception exception)
            when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
