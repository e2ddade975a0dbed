using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.EndToEnd;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Consumers;

/// <summary>The program against servers with TLS, servers that redirect, stall, dawdle and lie.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();
    private readonly AuthorityFixture _authority = new();

    public ServerTests()
    {
        _fixture.InitWith("aa", "bb");
        File.WriteAllText(_fixture["authority.pem"], _authority.Pem);
    }

    [Fact]
    public void A_server_is_believed_when_an_authority_of_SSL_CERT_FILE_vouches_for_its_address()
    {
        using X509Certificate2 certificate = _authority.Issue(IPAddress.Loopback);
        using StaticServer server = new(_fixture.Repo, "/stable") { Certificate = certificate };
        RunResult good = VerifyTrusting(server.Url);
        RepositoryFixture.Succeed(good);
        Assert.DoesNotContain("not encrypted", good.Error, StringComparison.Ordinal);

        RunResult unknown = Tool.Run(Arguments(server.Url));
        Assert.Equal(1, unknown.Code);
        Assert.Contains("SSL_CERT_FILE", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("certificate", unknown.Error, StringComparison.Ordinal);
        Assert.Single(unknown.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_certificate_for_another_address_or_of_yesterday_is_not_believed()
    {
        using X509Certificate2 other = _authority.Issue(IPAddress.Parse("127.0.0.2"));
        using X509Certificate2 old = _authority.Issue(IPAddress.Loopback, days: 1);
        foreach (X509Certificate2 certificate in new[] { other, old })
        {
            using StaticServer server = new(_fixture.Repo) { Certificate = certificate };
            RunResult result = VerifyTrusting(server.Url);
            Assert.Equal(1, result.Code);
            Assert.Contains("certificate is invalid", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Redirects_are_followed_a_few_times_and_never_out_of_TLS()
    {
        using X509Certificate2 certificate = _authority.Issue(IPAddress.Loopback);
        using StaticServer plain = new(_fixture.Repo);
        using StaticServer safe = new(_fixture.Repo) { Certificate = certificate };
        using StaticServer up = Redirecting(path => safe.Url + path);
        RepositoryFixture.Succeed(VerifyTrusting(up.Url));

        using StaticServer down = Redirecting(path => plain.Url + path, certificate);
        RunResult refused = VerifyTrusting(down.Url);
        Assert.Equal(1, refused.Code);
        Assert.Contains($"redirects from https to {plain.Url}", refused.Error, StringComparison.Ordinal);

        using StaticServer round = Redirecting(static path => path);
        RunResult dizzy = VerifyTrusting(round.Url);
        Assert.Equal(1, dizzy.Code);
        Assert.Contains("redirects more than 5 times", dizzy.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void A_server_that_says_nothing_or_stops_half_way_or_dawdles_is_left_after_the_time_that_was_given()
    {
        foreach (int delay in new[] { -1, 200 })
        {
            using StaticServer server = Answering("HTTP/1.1 200 OK\nContent-Length: 5000", "{", delay);
            RunResult result = Tool.Run([.. Arguments(server.Url), "--timeout", "1"]);
            Assert.Equal(1, result.Code);
            Assert.Contains("not done within 1 seconds", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(2, Tool.Run([.. Arguments("http://127.0.0.1:1"), "--timeout", "0"]).Code);
    }

    [Theory]
    [InlineData(-1, "the answer broke off")]
    [InlineData(50, "the server is too slow")]
    public void Without_a_time_given_patience_ends_as_well(int delay, string problem)
    {
        using StaticServer server = Answering("HTTP/1.1 200 OK\nContent-Length: 5000", "{", delay);
        using HttpFetcher fetcher = new(
            "test",
            new Patience(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(500), 1000)
        );
        IOException error = Assert.Throws<IOException>(() =>
            fetcher.TryGet(new Uri(server.Url + "/repo.json"), 10_000, CancellationToken.None)
        );
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 5000", "broke off")]
    [InlineData("Content-Length: 99999999999", "broke off")]
    [InlineData("Content-Length: 10", "")]
    [InlineData("Content-Length: -1", "")]
    [InlineData("Content-Length: 10\nContent-Length: 20", "")]
    [InlineData("Transfer-Encoding: chunked", "")]
    [InlineData("Content-Encoding: gzip", "broke off")]
    [InlineData("Content-Encoding: br", "broke off")]
    [InlineData("Content-Encoding: unheard-of", "does not verify")]
    public void Whatever_a_server_says_of_its_answer_ends_in_a_sentence(string header, string problem)
    {
        string descriptor = File.ReadAllText(_fixture["repo/repo.json"]);
        using StaticServer server = new(_fixture.Repo)
        {
            Special = path =>
                path != "/repo.json"
                    ? null
                    : (stream, stop) =>
                        StaticServer.AnswerAsync(stream, "HTTP/1.1 200 OK\n" + header, descriptor[..50], stop),
        };
        RunResult result = Tool.Run(Arguments(server.Url));
        Assert.Equal(1, result.Code);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public void What_comes_compressed_is_the_same_and_never_more_than_it_may_be(string encoding)
    {
        using StaticServer server = new(_fixture.Repo)
        {
            Special = path =>
                path.EndsWith(".json", StringComparison.Ordinal)
                    ? (stream, stop) =>
                        AnswerCompressedAsync(stream, encoding, File.ReadAllBytes(_fixture.Repo + path), stop)
                    : null,
        };
        RepositoryFixture.Succeed(Tool.Run(Arguments(server.Url)));

        using StaticServer bomb = new(_fixture.Repo)
        {
            Special = _ => (stream, stop) => AnswerCompressedAsync(stream, encoding, new byte[1 << 20], stop),
        };
        using HttpFetcher fetcher = new("test", Patience.Usual);
        IOException error = Assert.Throws<IOException>(() =>
            fetcher.TryGet(new Uri(bomb.Url + "/repo.json"), 100_000, CancellationToken.None)
        );
        Assert.Contains("more than the 100000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_states_are_compared_wherever_they_are()
    {
        using StaticServer server = new(_fixture.Repo);
        string old = _fixture["old"];
        _fixture.Pack("cc");
        RepositoryFixture.Succeed(_fixture.Publish("--out", old));
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-03T00:00:00Z"));
        RunResult unproven = Tool.Run("diff", old, server.Url);
        RepositoryFixture.Succeed(unproven);
        Assert.Contains("nothing proves", unproven.Error, StringComparison.Ordinal);
        Assert.Contains("index_version 3 -> 3: 0 published", unproven.Output, StringComparison.Ordinal);

        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-04T00:00:00Z", "--skip-existing"));
        RunResult proven = Tool.Run("diff", server.Url, old, "--trust", _fixture.Key.PublicKey.Fingerprint.Text);
        RepositoryFixture.Succeed(proven);
        Assert.Equal("", proven.Error.Contains("days ago", StringComparison.Ordinal) ? "" : proven.Error);
        Assert.Contains("index_version 4 -> 3", proven.Output, StringComparison.Ordinal);
        RunResult foreign = Tool.Run("diff", server.Url, old, "--trust", new string('0', 64));
        Assert.Equal(1, foreign.Code);
        Assert.Contains("not signed with a key that --trust names", foreign.Error, StringComparison.Ordinal);
        Assert.Equal(2, Tool.Run("diff", "ftp://example.org", old).Code);
        Assert.Equal(1, Tool.Run("diff", _fixture["nothing"], old).Code);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _fixture.Dispose();
    }

    /// <summary>Answers everything with a head and a text over and over; a delay of -1 is for ever.</summary>
    private StaticServer Answering(string head, string text, int delay) =>
        new(_fixture.Repo)
        {
            Special = _ =>
                async (stream, stop) =>
                {
                    await StaticServer.AnswerAsync(stream, head, text, stop);
                    while (true)
                    {
                        await Task.Delay(delay, stop);
                        await stream.WriteAsync(new byte[] { (byte)' ' }, stop);
                    }
                },
        };

    private static async Task AnswerCompressedAsync(
        Stream stream,
        string encoding,
        byte[] content,
        CancellationToken cancellation
    )
    {
        using MemoryStream body = new();
        await using (
            Stream compressor =
                encoding == "br"
                    ? new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true)
                    : new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true)
        )
        {
            await compressor.WriteAsync(content, cancellation);
        }

        await StaticServer.AnswerAsync(stream, $"HTTP/1.1 200 OK\nContent-Encoding: {encoding}", "", cancellation);
        await stream.WriteAsync(body.ToArray(), cancellation);
    }

    private StaticServer Redirecting(Func<string, string> target, X509Certificate2? certificate = null) =>
        new(_fixture.Repo)
        {
            Certificate = certificate,
            Special = path =>
                (stream, stop) =>
                    StaticServer.AnswerAsync(
                        stream,
                        $"HTTP/1.1 302 Found\nLocation: {target(path)}\nContent-Length: 0",
                        "",
                        stop
                    ),
        };

    private string[] Arguments(string url) =>
        ["verify", "--url", url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text];

    private RunResult VerifyTrusting(string url) =>
        Tool.RunWith(new Dictionary<string, string> { ["SSL_CERT_FILE"] = _fixture["authority.pem"] }, Arguments(url));
}
