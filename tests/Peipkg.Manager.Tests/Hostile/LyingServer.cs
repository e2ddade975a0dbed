using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Peipkg.Manager.Tests.Hostile;

/// <summary>Speaks the git protocol as far as the list of refs, and says whatever it likes there; then it hangs up.</summary>
internal sealed class LyingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IEnumerable<string> _refs;

    /// <param name="refs">Names of refs, a byte for each character; there may be no end to them.</param>
    public LyingServer(IEnumerable<string> refs)
    {
        _refs = refs;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"git://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/anything";

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
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => Serve(client));
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Serve(TcpClient client)
    {
        try
        {
            using (client)
            {
                using BufferedStream stream = new(client.GetStream(), 1 << 16);
                _ = client.GetStream().Read(new byte[1000]);
                string capabilities = "\0agent=liar";
                foreach (string name in _refs)
                {
                    byte[] line = Encoding.Latin1.GetBytes($"{new string('a', 40)} {name}{capabilities}\n");
                    stream.Write(Encoding.ASCII.GetBytes($"{line.Length + 4:x4}"));
                    stream.Write(line);
                    capabilities = "";
                    _stop.Token.ThrowIfCancellationRequested();
                }

                stream.Write("0000"u8);
                stream.Flush();
                _ = client.GetStream().Read(new byte[1000]);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // The client has heard enough.
        }
    }
}
