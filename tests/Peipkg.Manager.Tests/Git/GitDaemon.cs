using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Peipkg.Manager.Tests.Git;

/// <summary>A real <c>git daemon</c> on loopback.</summary>
internal sealed class GitDaemon : IDisposable
{
    private readonly Process _process;
    private readonly int _port;

    public GitDaemon(string root)
    {
        using (TcpListener probe = new(IPAddress.Loopback, 0))
        {
            probe.Start();
            _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        // The daemon itself instead of "git daemon", so that killing the process leaves none.
        _process = Process.Start(
            new ProcessStartInfo(
                "/usr/lib/git-core/git-daemon",
                ["--export-all", "--reuseaddr", $"--base-path={root}", "--listen=127.0.0.1", $"--port={_port}", root]
            )
            {
                RedirectStandardError = true,
            }
        )!;
        // A pipe that nobody empties stops the server in the end.
        _process.BeginErrorReadLine();
        for (int i = 0; i < 100; i++)
        {
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }

        throw new InvalidOperationException("git daemon did not start");
    }

    public string Url(string repository) =>
        $"git://127.0.0.1:{_port}/{Uri.UnescapeDataString(repository).Replace(" ", "%20", StringComparison.Ordinal)}";

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
