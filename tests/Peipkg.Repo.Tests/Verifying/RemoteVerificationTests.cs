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

    private RunResult Verify(StaticServer server, params string[] more) =>
        RepoRun.RunAt(
            new FixedClock("2026-01-03T00:00:00Z"),
            "",
            ["verify", "--url", server.Url, "--trust", _fixture.Key.PublicKey.Fingerprint.Text, .. more]
        );
}
