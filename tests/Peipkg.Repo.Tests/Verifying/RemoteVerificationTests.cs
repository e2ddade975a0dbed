using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Verifying;

/// <summary>verify --url against a plain server of static files.</summary>
public sealed class RemoteVerificationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void What_a_server_has_is_verified_below_a_prefix_with_every_character_that_versions_have()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("g++", "1:2.0~rc1+x-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        using StaticServer server = new(_fixture.Repo, "/some/prefix");
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
        using StaticServer server = new(_fixture.Repo);
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains("FAIL: missing file: aa_1.0-1", result.Error, StringComparison.Ordinal);
        Assert.Contains("sends more than the", result.Error, StringComparison.Ordinal);
        Assert.Contains("FAIL: hash mismatch: cc_1.0-1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_without_trust_or_with_a_password_is_refused()
    {
        Assert.Contains(
            "--trust",
            RepoRun.Run("verify", "--url", "https://example.org").Error,
            StringComparison.Ordinal
        );
        Assert.Equal(2, RepoRun.Run("verify", "--url", "https://me:secret@example.org").Code);
        Assert.Equal(2, RepoRun.Run("verify", "--url", "ftp://example.org").Code);
        Assert.Equal(1, RepoRun.Run("verify").Code);
    }

    [Fact]
    public void A_document_without_end_is_not_read_to_its_end()
    {
        _fixture.InitWith("aa");
        using StaticServer server = new(_fixture.Repo)
        {
            Special = static path =>
                path != "/repo.json.sig"
                    ? null
                    : static async (stream, stop) =>
                    {
                        await StaticServer.AnswerAsync(stream, "HTTP/1.1 200 OK", "", stop);
                        for (int i = 0; i < 10_000; i++)
                        {
                            await stream.WriteAsync(new byte[4096], stop);
                        }
                    },
        };
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains("sends more than the 65536 bytes", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--trust")]
    [InlineData("repo.json")]
    [InlineData("repo.json.sig")]
    public void Nothing_is_fetched_for_a_descriptor_that_is_not_proven(string wrong)
    {
        _fixture.InitWith("aa");
        if (wrong != "--trust")
        {
            string path = Path.Combine(_fixture.Repo, wrong);
            File.WriteAllText(
                path,
                File.ReadAllText(path)
                    .Replace("test-repo", "text-repo", StringComparison.Ordinal)
                    .Replace("\"signature\":\"", "\"signature\":\"AA", StringComparison.Ordinal)
            );
        }

        List<string> asked = [];
        using StaticServer server = Listening(asked);
        string trust = wrong == "--trust" ? new string('0', 64) : _fixture.Key.PublicKey.Fingerprint.Text;
        foreach (string mode in new[] { "metadata", "hashes", "both" })
        {
            RunResult result = RepoRun.RunAt(
                new FixedClock("2026-01-03T00:00:00Z"),
                "",
                ["verify", "--url", server.Url, "--trust", trust, "--mode", mode]
            );
            Assert.Equal(1, result.Code);
            Assert.Contains("it was not fetched: ", result.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(asked, static path => path.StartsWith("/index", StringComparison.Ordinal));
        Assert.InRange(asked.Count, 6, 12);
    }

    [Fact]
    public void An_index_that_its_signature_does_not_prove_is_never_held()
    {
        _fixture.InitWith("aa");
        File.AppendAllText(_fixture["repo/index/archive.json"], "x");
        List<string> asked = [];
        using StaticServer server = Listening(asked);
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains("index/archive.json sends is not what", result.Error, StringComparison.Ordinal);
        Assert.Single(asked, "/index/archive.json");
    }

    [Fact]
    public void A_descriptor_with_thousands_of_keys_costs_a_bounded_number_of_requests()
    {
        _fixture.InitWith("aa");
        Descriptor many = _fixture.Descriptor;
        many = many with
        {
            Keys =
            [
                .. many
                    .Keys.Concat(
                        Enumerable
                            .Range(0, 1000)
                            .Select(static i =>
                                Fingerprint.TryParse($"{i:x64}", out Fingerprint key, out _) ? key : default
                            )
                            .Select(static key => new DescriptorKey(
                                key,
                                DescriptorKey.ConventionalUrl(key),
                                KeyStatus.Revoked
                            ))
                    )
                    .OrderBy(static key => key.Fingerprint),
            ],
        };
        _fixture.WriteDescriptor(many, _fixture.Key);
        List<string> asked = [];
        using StaticServer server = Listening(asked);
        Assert.Contains("more than 64 keys", Verify(server).Error, StringComparison.Ordinal);
        Assert.InRange(asked.Count, 1, 100);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/repo.json", "neither http nor https")]
    [InlineData("file:///etc/passwd", "neither http nor https")]
    [InlineData("javascript:0", "neither http nor https")]
    [InlineData("//[", "no address")]
    public void A_redirect_to_another_scheme_or_to_nowhere_is_a_sentence(string target, string what)
    {
        _fixture.InitWith("aa");
        using StaticServer server = new(_fixture.Repo)
        {
            Special = _ =>
                (stream, stop) =>
                    StaticServer.AnswerAsync(
                        stream,
                        $"HTTP/1.1 302 Found\nLocation: {target}\nContent-Length: 0",
                        "",
                        stop
                    ),
        };
        RunResult result = Verify(server);
        Assert.Equal(1, result.Code);
        Assert.Contains($"redirects to {target}, which is {what}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_on_another_host_are_said()
    {
        _fixture.InitWith("aa");
        using StaticServer packages = new(_fixture.Repo);
        _fixture.RewriteIndexes(text =>
            text.Replace("\"url\":\"/p/", $"\"url\":\"{packages.Url}/p/", StringComparison.Ordinal)
        );
        using StaticServer server = new(_fixture.Repo);
        RunResult result = Verify(server);
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            $"hosted elsewhere by their URLs: {new Uri(packages.Url).Authority}",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nobody_at_the_address_is_said_plainly()
    {
        _fixture.InitWith("aa");
        string url;
        using (StaticServer server = new(_fixture.Repo))
        {
            url = server.Url;
        }

        RunResult result = RepoRun.Run("verify", "--url", url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text);
        Assert.Equal(1, result.Code);
        Assert.Contains("Connection refused", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    /// <summary>Serves the repository and notes what is asked for.</summary>
    private StaticServer Listening(List<string> asked) =>
        new(_fixture.Repo)
        {
            Special = path =>
            {
                lock (asked)
                {
                    asked.Add(path);
                }

                return null;
            },
        };

    private RunResult Verify(StaticServer server, params string[] more) =>
        RepoRun.RunAt(
            new FixedClock("2026-01-03T00:00:00Z"),
            "",
            ["verify", "--url", server.Url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text, .. more]
        );
}
