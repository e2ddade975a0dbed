using System.Diagnostics;
using System.Text.Json;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

public sealed class PruneOperationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    public PruneOperationTests()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        foreach (string version in new[] { "1.0~rc1-1", "1.0~rc2-1", "1.0-1", "2.0~beta1-1", "2.0~beta2-1" })
        {
            _fixture.Pack("aa", version);
        }

        _fixture.Pack("bb", "1.0~rc1-1");
        _fixture.Pack("cc", "0.9-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
    }

    public void Dispose() => _fixture.Dispose();

    private RunResult Prune(params string[] more) =>
        RepoRun.Run([
            "prune-prerelease",
            "--repo",
            _fixture.Repo,
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-08-01T00:00:00Z",
            .. more,
        ]);

    private string[] Archive() =>
        [.. _fixture.Archive.Packages.Select(static entry => $"{entry.Name} {entry.Version}")];

    [Fact]
    public void A_pipe_in_the_place_of_the_record_or_of_a_key_is_not_waited_for()
    {
        string key = $"keys/{_fixture.Key.PublicKey.Fingerprint}.pub";
        foreach (string path in new[] { "retention.json", key })
        {
            File.Delete(_fixture["repo/" + path]);
            using (Process make = Process.Start("mkfifo", _fixture["repo/" + path]))
            {
                make.WaitForExit();
            }

            foreach (RunResult result in new[] { _fixture.Publish(), _fixture.Verify() })
            {
                Assert.Equal(1, result.Code);
                Assert.Contains(
                    path == key ? _fixture.Key.PublicKey.Fingerprint.Text : "retention.json is not a regular file",
                    result.Error,
                    StringComparison.Ordinal
                );
            }

            File.Delete(_fixture["repo/" + path]);
        }
    }

    [Fact]
    public void Old_pre_releases_go_and_releases_the_newest_and_the_advertised_stay()
    {
        RunResult result = Prune("--older-than", "90d", "--keep", "2");
        RepositoryFixture.Succeed(result);
        Assert.Equal(["aa 2.0~beta2-1", "aa 2.0~beta1-1", "aa 1.0-1", "bb 1.0~rc1-1", "cc 0.9-1"], Archive());
        Assert.False(Directory.Exists(_fixture["repo/p/aa/1.0~rc1-1"]));
        Assert.True(File.Exists(_fixture["repo/p/aa/2.0~beta1-1/aa_2.0~beta1-1_x86_64.peipkg"]));
        Assert.Equal(3UL, _fixture.Archive.IndexVersion);
        RepositoryFixture.Succeed(_fixture.Verify());
        using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(_fixture["repo/retention.json"]));
        Assert.Equal(90, record.RootElement.GetProperty("policy").GetProperty("older_than_days").GetInt32());
        Assert.Equal(
            ["1.0~rc2-1", "1.0~rc1-1"],
            record
                .RootElement.GetProperty("pruned")
                .EnumerateArray()
                .Select(static item => item.GetProperty("version").GetString())
        );
        Assert.Contains("may be removed", File.ReadAllText(_fixture["repo/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Letter_releases_are_releases()
    {
        _fixture.Pack("dd", "2024b-1");
        _fixture.Pack("dd", "2025a-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult audit = RepoRun.Run(["audit", "--repo", _fixture.Repo]);
        Assert.DoesNotContain("2025a-1, is a pre-release", audit.Output + audit.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Prune("--older-than", "1d", "--keep", "0"));
        Assert.Equal(
            ["dd 2025a-1", "dd 2024b-1"],
            Archive().Where(row => row.StartsWith("dd", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void Nothing_goes_that_is_young_and_the_advertised_stays_with_keep_0()
    {
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RepositoryFixture.Succeed(Prune("--older-than", "400d", "--keep", "0"));
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
        RepositoryFixture.Succeed(Prune("--older-than", "1d", "--keep", "0"));
        Assert.Equal(["aa 2.0~beta2-1", "aa 1.0-1", "bb 1.0~rc1-1", "cc 0.9-1"], Archive());
    }

    [Fact]
    public void A_dry_run_changes_nothing_and_says_what_would_go()
    {
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = Prune("--older-than", "1d", "--keep", "1", "--dry-run", "--json");
        RepositoryFixture.Succeed(result);
        using JsonDocument report = JsonDocument.Parse(result.Output);
        Assert.Equal(3, report.RootElement.GetProperty("pruned").GetArrayLength());
        Assert.False(report.RootElement.GetProperty("published").GetBoolean());
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void What_was_pruned_never_comes_back_with_other_bytes()
    {
        RepositoryFixture.Succeed(Prune("--older-than", "1d", "--keep", "0"));
        _fixture.Pack("aa", "1.0~rc1-1", content: "other");
        RunResult result = _fixture.Publish("--timestamp", "2026-08-02T00:00:00Z");
        Assert.Equal(1, result.Code);
        Assert.Contains("pruned since", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90", "1")]
    [InlineData("0d", "1")]
    [InlineData("-1d", "1")]
    [InlineData("90d", "-1")]
    [InlineData("90d", "many")]
    public void Malformed_values_are_refused(string olderThan, string keep) =>
        Assert.Equal(2, Prune("--older-than", olderThan, "--keep", keep).Code);
}
