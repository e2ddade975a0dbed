using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Peipkg.Repo.Tests.Commands;

namespace Peipkg.Repo.Tests.Operations;

/// <summary>verify --url against a plain server of static files.</summary>
public sealed class RemoteVerifyTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void What_a_server_has_is_verified_below_a_prefix_with_every_character_that_versions_have()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("g++", "1:2.0~rc1+x-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        using FileServer server = new(_fixture.Repo, "/some/prefix");
        RunResult result = Verify(server);
        RepositoryFixture.Succeed(result);
        Assert.Contains("2 packages verified", result.Output, StringComparison.Ordinal);
        Assert.Contains("is not encrypted", result.Error, StringComparison.Ordinal);
        Assert.Contains("lower than 9", Verify(server, "--min-index-version", "9").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_behind_an_address_is_found()
    {
        _fixture.InitWith("aa", "bb", "cc");
        File.Delete(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"]);
        File.AppendAllText(_fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.peipkg"], "x");
        byte[] bytes = File.ReadAllBytes(_fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.peipkg"]);
        bytes[^9] ^= 1;
        File.WriteAllBytes(_fixture["repo/p/cc/1.0-1/cc_1.0-1_x86_64.peipkg"], bytes);
        using FileServer server = new(_fixture.Repo, "");
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains("FAIL: missing file: aa_1.0-1", result.Error, StringComparison.Ordinal);
        Assert.Contains("sends more than the", result.Error, StringComparison.Ordinal);
        Assert.Contains("FAIL: hash mismatch: cc_1.0-1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_without_trust_or_with_a_password_is_refused()
    {
        Assert.Contains("--trust", RepoRun.Run("verify", "--url", "https://example.org").Error, StringComparison.Ordinal);
        Assert.Equal(2, RepoRun.Run("verify", "--url", "https://me:secret@example.org").Code);
        Assert.Equal(2, RepoRun.Run("verify", "--url", "ftp://example.org").Code);
        Assert.Equal(1, RepoRun.Run("verify").Code);
    }

    [Fact]
    public void A_document_without_end_is_not_read_to_its_end()
    {
        _fixture.InitWith("aa");
        using FileServer server = new(_fixture.Repo, "") { Endless = "/repo.json.sig" };
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains("sends more than the 65536 bytes", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_at_the_address_is_said_plainly()
    {
        _fixture.InitWith("aa");
        string url;
        using (FileServer server = new(_fixture.Repo, ""))
        {
            url = server.Url;
        }

        RunResult result = RepoRun.Run("verify", "--url", url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text);
        Assert.Equal(1, result.Code);
        Assert.Contains("Connection refused", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private RunResult Verify(FileServer server, params string[] more) => RepoRun.RunAt(
        new FixedClock("2026-01-03T00:00:00Z"),
        "",
        ["verify", "--url", server.Url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text, .. more]);

    /// <summary>Serves a directory over HTTP/1.1, one request for each connection.</summary>
    private sealed class FileServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly string _root;
        private readonly string _prefix;

        internal FileServer(string root, string prefix)
        {
            _root = root;
            _prefix = prefix;
            _listener.Start();
            _ = Task.Run(AcceptAsync);
        }

        /// <summary>A path whose body never ends.</summary>
        internal string? Endless { get; init; }

        internal string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}{_prefix}";

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    _ = Task.Run(() => ServeAsync(client));
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using TcpClient owned = client;
            await using NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
            string path = Uri.UnescapeDataString((await reader.ReadLineAsync())!.Split(' ')[1]);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            try
            {
                if (path == Endless)
                {
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray());
                    byte[] zeros = new byte[4096];
                    for (int i = 0; i < 10_000; i++)
                    {
                        await stream.WriteAsync(zeros);
                    }
                }

                string file = path.StartsWith(_prefix, StringComparison.Ordinal) ? _root + path[_prefix.Length..] : "/none";
                byte[] content = File.Exists(file) ? await File.ReadAllBytesAsync(file) : [];
                string head = $"HTTP/1.1 {(File.Exists(file) ? "200 OK" : "404 Not Found")}\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
                await stream.WriteAsync(content);
            }
            catch (IOException)
            {
                // The client has seen enough.
            }
        }
    }
}
