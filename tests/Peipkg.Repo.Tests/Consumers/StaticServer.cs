using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>
/// Serves a directory over HTTP/1.1, with TLS when it has a certificate. Each answer comes from one open file, as with any
/// web server; a test may answer single paths in its own way.
/// </summary>
internal sealed class StaticServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _root;
    private readonly string _prefix;

    internal StaticServer(string root, string prefix = "")
    {
        _root = root;
        _prefix = prefix;
        _listener.Start(backlog: 512);
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Answers a path by writing all of the answer; the connection is closed after it. Null for what is a file.</summary>
    internal Func<string, Func<Stream, CancellationToken, Task>?>? Special { get; init; }

    /// <summary>What the server shows of itself; null for plain HTTP.</summary>
    internal X509Certificate2? Certificate { get; init; }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string Url =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(Certificate is null ? "http" : "https")}://127.0.0.1:{Port}{_prefix}"
        );

    /// <summary>An answer of a head alone, lines apart by a line feed, and a body.</summary>
    internal static async Task AnswerAsync(Stream stream, string head, string body, CancellationToken stop) =>
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\nConnection: close\r\n\r\n" + body),
            stop
        );

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
                TcpClient client = await _listener.AcceptTcpClientAsync(stop);
                _ = Task.Run(() => TalkAsync(client, stop), CancellationToken.None);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient client, CancellationToken stop)
    {
        using TcpClient owned = client;
        client.NoDelay = true;
        try
        {
            await using Stream stream = await OpenAsync(client, stop);
            using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
            while (await reader.ReadLineAsync(stop) is { } request)
            {
                long from = 0;
                while (await reader.ReadLineAsync(stop) is { Length: > 0 } header)
                {
                    if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        from = long.Parse(header["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
                    }
                }

                string path = Uri.UnescapeDataString(request.Split(' ')[1]);
                if (Special?.Invoke(path) is { } special)
                {
                    await special(stream, stop);
                    return;
                }

                await ServeAsync(stream, path, from, stop);
            }
        }
        catch (Exception error)
            when (error
                    is IOException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            // The client has seen enough, or does not trust us.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client, CancellationToken stop)
    {
        NetworkStream plain = client.GetStream();
        if (Certificate is null)
        {
            return plain;
        }

        SslStream tls = new(plain);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = Certificate },
            stop
        );
        return tls;
    }

    private async Task ServeAsync(Stream stream, string path, long from, CancellationToken stop)
    {
        if (
            !path.StartsWith(_prefix, StringComparison.Ordinal)
            || TryOpen(_root + path[_prefix.Length..]) is not { } file
        )
        {
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            return;
        }

        await using (file)
        {
            file.Position = from;
            string status =
                from == 0
                    ? "200 OK"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}"
                    );
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"HTTP/1.1 {status}\r\nContent-Length: {file.Length - from}\r\n\r\n"
                    )
                ),
                stop
            );
            await file.CopyToAsync(stream, stop);
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error)
            when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
