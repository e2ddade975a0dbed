using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Remote;

/// <summary>How long a server is waited for.</summary>
/// <param name="Connect">For a connection.</param>
/// <param name="Answer">For an answer's head, for the next bytes of its body, and before its pace is judged.</param>
/// <param name="BytesPerSecond">The pace that a body must keep on average from then on, so that none lasts for ever.</param>
internal sealed record Patience(TimeSpan Connect, TimeSpan Answer, int BytesPerSecond)
{
    internal static Patience Usual { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60), 16 << 10);
}

/// <summary>
/// Fetches files over HTTP and HTTPS the way a consumer should: nothing is waited for without end, nothing larger than
/// expected is read, compressed or not, redirects are few and never lead from https to http, what a busy server refuses is
/// tried again.
/// </summary>
internal sealed class HttpFetcher : IDisposable
{
    private const int Connections = 8;

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2)];

    private readonly HttpClient _client;
    private readonly Patience _patience;

    internal HttpFetcher(string userAgent, Patience patience)
    {
        _patience = patience;
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Brotli,
                AllowAutoRedirect = false,
                MaxConnectionsPerServer = Connections,
                ConnectTimeout = patience.Connect,
                UseCookies = false,
                ConnectCallback = ConnectAsync,
            }
        )
        {
            Timeout = patience.Answer,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
    }

    /// <summary>A small file's bytes.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="limit">The most it may have, decompressed.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Null when the server does not have it.</returns>
    /// <exception cref="IOException">The server cannot be reached or refuses, or sends more than the limit.</exception>
    internal byte[]? TryGet(Uri uri, int limit, CancellationToken stop)
    {
        using Stream? body = TryOpen(uri, stop);
        if (body is null)
        {
            return null;
        }

        using MemoryStream content = new();
        byte[] buffer = new byte[64 << 10];
        while (body.Read(buffer) is int read and > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (content.Length + read > limit)
            {
                throw TooLarge(uri, limit);
            }

            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    /// <summary>A large file's bytes, once they turn out to be right.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="limit">The most it may have.</param>
    /// <param name="isRight">Judges it by its digest.</param>
    /// <param name="isWrong">Whether the server has other bytes, which are not returned.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <returns>Null when the server does not have it, or has other bytes.</returns>
    /// <exception cref="IOException">The server cannot be reached or refuses, or sends more than the limit.</exception>
    internal byte[]? TryGet(
        Uri uri,
        int limit,
        Func<Sha256Digest, bool> isRight,
        out bool isWrong,
        CancellationToken cancellation
    )
    {
        isWrong = false;
        using Stream? body = TryOpen(uri, cancellation);
        if (body is null)
        {
            return null;
        }

        using SpooledDownload download = SpooledDownload.Read(body, uri, limit, cancellation);
        isWrong = !isRight(download.Digest);
        return isWrong ? null : download.ToArray();
    }

    /// <summary>A file's bytes as a stream, to be disposed.</summary>
    /// <returns>Null when the server does not have it.</returns>
    /// <exception cref="IOException">The server cannot be reached or refuses.</exception>
    internal Stream? TryOpen(Uri uri, CancellationToken stop) => TryOpen(uri, 0, stop, out _);

    /// <summary>A file's bytes from a place in it on, as a stream, to be disposed.</summary>
    /// <param name="uri">Where it is.</param>
    /// <param name="from">How many bytes are known already.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <param name="begin">Where the stream begins: there, or at 0 if the server sends only whole files.</param>
    /// <returns>Null when the server does not have it.</returns>
    /// <exception cref="IOException">The server cannot be reached or refuses.</exception>
    internal Stream? TryOpen(Uri uri, long from, CancellationToken stop, out long begin)
    {
        for (int attempt = 0; ; attempt++)
        {
            string problem;
            try
            {
                HttpResponseMessage answer = Send(uri, from, stop);
                begin =
                    answer.StatusCode == HttpStatusCode.PartialContent
                    && answer.Content.Headers.ContentRange?.From == from
                        ? from
                        : 0;
                if (answer.StatusCode == HttpStatusCode.OK || begin > 0)
                {
                    return new ResponseStream(answer, uri, _patience, stop);
                }

                if (from > 0)
                {
                    // What is known may be longer than the file is now.
                    answer.Dispose();
                    from = 0;
                    continue;
                }

                using (answer)
                {
                    if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                    {
                        return null;
                    }

                    problem = Refusal(answer);
                    if ((int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests)
                    {
                        throw new IOException($"{uri}: {problem}");
                    }
                }
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
            {
                throw new IOException(
                    $"{uri}: {Innermost(error).Message} (which authorities are trusted is the system's decision, or SSL_CERT_FILE's)"
                );
            }
            catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.InvalidResponse)
            {
                throw new IOException($"{uri}: {TerminalText.Escape(Innermost(error).Message)}");
            }
            catch (HttpRequestException error)
            {
                problem = Innermost(error).Message;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                problem = $"no answer within {_patience.Answer.TotalSeconds:0} seconds";
            }

            if (attempt == Pauses.Length)
            {
                throw new IOException($"{uri}: {problem}");
            }

            stop.WaitHandle.WaitOne(Pauses[attempt]);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    internal static IOException TooLarge(Uri uri, long limit) =>
        new($"{uri} sends more than the {limit} bytes that a document of its kind may have");

    /// <summary>Asks, and follows redirects from http and https to the same or from http to https.</summary>
    private HttpResponseMessage Send(Uri uri, long from, CancellationToken cancellation)
    {
        Uri current = uri;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, current);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }

            HttpResponseMessage answer = _client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } location)
            {
                return answer;
            }

            answer.Dispose();
            string target = TerminalText.Escape(location.OriginalString);
            if (!Uri.TryCreate(current, location, out Uri? next))
            {
                throw new IOException($"{uri}: the server redirects to {target}, which is no address");
            }

            if (next.Scheme is not ("http" or "https"))
            {
                throw new IOException(
                    $"{uri}: the server redirects to {target}, which is neither http nor https and is not followed"
                );
            }

            if (current.Scheme == "https" && next.Scheme == "http")
            {
                throw new IOException($"{uri}: the server redirects from https to {target}, which is not followed");
            }

            if (redirects == RepoLimits.Redirects)
            {
                throw new IOException($"{uri}: the server redirects more than {RepoLimits.Redirects} times");
            }

            current = next;
        }
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status
            is HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect;

    /// <summary>An answer that is neither the file nor its absence.</summary>
    private static string Refusal(HttpResponseMessage answer) =>
        $"the server answers {(int)answer.StatusCode} {TerminalText.Escape(answer.ReasonPhrase ?? "")}".TrimEnd();

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    /// <summary>Connects a socket whose reads give up, which a plain one's never do.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            socket.ReceiveTimeout = (int)_patience.Answer.TotalMilliseconds;
            socket.SendTimeout = (int)_patience.Answer.TotalMilliseconds;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
