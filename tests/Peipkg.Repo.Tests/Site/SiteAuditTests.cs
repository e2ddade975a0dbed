using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Site;

/// <summary>The package browser beside the rest: verified, in rotations, and where keys are elsewhere.</summary>
public sealed class SiteAuditTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("/p/{name}/{version}/{filename}")]
    [InlineData("/packages/{filename}")]
    public void Verification_calls_nothing_of_the_tools_own_strange(string template)
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", "1.0-1");
        _fixture.Pack("aa", "2.0~rc1-1");
        _fixture.Pack("aa", "2.0-1");
        RepositoryFixture.Succeed(_fixture.Publish("--package-url-template", template));
        AssertClean();
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "prune-prerelease",
                "--repo",
                _fixture.Repo,
                "--older-than",
                "1d",
                "--keep",
                "0",
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                "2026-01-02T00:00:01Z"
            )
        );
        Assert.True(File.Exists(_fixture["repo/retention.json"]));
        AssertClean();
    }

    [Fact]
    public void Verification_notices_pages_that_are_missing_changed_or_strange_and_the_next_publication_mends_them()
    {
        _fixture.InitWith("aa", "bb");
        const string details = "p/aa/1.0-1/aa_1.0-1_x86_64.json";
        File.Delete(_fixture["repo/index.html"]);
        File.AppendAllText(_fixture["repo/site/app.js"], "fetch('https://example.org')");
        File.WriteAllText(_fixture["repo/site/more.html"], "");
        File.CreateSymbolicLink(_fixture["repo/site/loop"], ".");
        string whole = File.ReadAllText(_fixture["repo/" + details]);
        File.WriteAllText(_fixture["repo/" + details], whole.Replace("/data", "/date", StringComparison.Ordinal));
        RunResult result = _fixture.Verify();
        RepositoryFixture.Succeed(result);
        foreach (
            string expected in new[]
            {
                "index.html: this file of the package browser is missing",
                "site/app.js: this is not what",
                "site/more.html: the package browser has no",
                "site/loop: the package browser has no",
                details + ": it does not tell",
                // Made of that document.
                "site/files/00.json: this is not what",
            }
        )
        {
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(6, result.Error.TrimEnd('\n').Split('\n').Length);
        Assert.DoesNotContain("browser", _fixture.Verify("--mode", "metadata").Error, StringComparison.Ordinal);
        File.Delete(_fixture["repo/" + details]);
        RepositoryFixture.Succeed(_fixture.Publish("--no-site"));
        RepositoryFixture.Succeed(_fixture.Publish());
        AssertClean();
        Assert.Equal(whole, File.ReadAllText(_fixture["repo/" + details]));
    }

    [Fact]
    public void The_pages_tell_the_fingerprint_by_which_the_repository_can_be_added_at_the_moment()
    {
        using SigningKey next = SigningKey.Generate();
        string nextFile = _fixture["next.pem"];
        DurableFile.Write(nextFile, next.ExportPem(), DurableFile.PrivateMode);
        _fixture.InitWith("aa");
        RunResult rotated = RepoRun.Run(
            "rotate-key",
            "--repo",
            _fixture.Repo,
            "--old-key",
            _fixture.KeyFile,
            "--new-key",
            nextFile,
            "--valid-until",
            "2026-06-01T00:00:00Z",
            "--timestamp",
            "2026-01-03T00:00:00Z"
        );
        RepositoryFixture.Succeed(rotated);
        string old = _fixture.Key.PublicKey.Fingerprint.Text;
        Assert.Contains(
            $"adds the repository needs the fingerprint {_fixture.Key.PublicKey.Fingerprint.Grouped}",
            rotated.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"New consumers still need the fingerprint {_fixture.Key.PublicKey.Fingerprint.Grouped}",
            RepoRun.Run("keys", "--repo", _fixture.Repo).Output,
            StringComparison.Ordinal
        );
        AssertAnchor(old);
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", nextFile, "--timestamp", "2026-01-04T00:00:00Z"));
        AssertAnchor(old);
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", nextFile, "--timestamp", "2026-05-28T00:00:00Z"));
        AssertAnchor(next.PublicKey.Fingerprint.Text);
        Assert.DoesNotContain(
            "New consumers",
            RepoRun.Run("keys", "--repo", _fixture.Repo).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_generation_signed_elsewhere_is_the_same_to_the_byte_as_one_signed_here()
    {
        _fixture.InitWith("aa", "bb");
        string elsewhere = _fixture["elsewhere"];
        RepositoryFixture.Succeed(_fixture.Publish("--out", elsewhere));
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.Pack("aa", "1.1-1");
        _fixture.Pack("cc");
        string publicKey = _fixture["key.pub"];
        DurableFile.Write(publicKey, _fixture.Key.PublicKey.ExportPem());

        RepositoryFixture.Succeed(_fixture.Publish());
        RepositoryFixture.Succeed(_fixture.Publish("--in", elsewhere, "--out", elsewhere, "--sign-key", publicKey));
        RepositoryFixture.Succeed(
            RepoRun.Run("export-signing-request", "--repo", elsewhere, "--out", _fixture["request"])
        );
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "sign",
                "--detached",
                "--request",
                _fixture["request"],
                "--sign-key",
                _fixture.KeyFile,
                "--out",
                _fixture["signatures"]
            )
        );
        RepositoryFixture.Succeed(
            RepoRun.Run("import-signatures", "--repo", elsewhere, "--signatures", _fixture["signatures"])
        );

        SortedDictionary<string, string> here = RepositoryFixture.Content(_fixture.Repo);
        Assert.Contains("p/cc/1.0-1/cc_1.0-1_x86_64.json", here.Keys);
        Assert.Equal(here, RepositoryFixture.Content(elsewhere));
    }

    public void Dispose() => _fixture.Dispose();

    private void AssertClean()
    {
        RunResult result = _fixture.Verify();
        RepositoryFixture.Succeed(result);
        Assert.Equal("", result.Error);
    }

    private void AssertAnchor(string fingerprint)
    {
        Assert.Contains(
            $"--anchor {fingerprint}",
            File.ReadAllText(_fixture["repo/index.html"]),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"data-anchor=\"{fingerprint}\"",
            File.ReadAllText(_fixture["repo/package.html"]),
            StringComparison.Ordinal
        );
    }
}
