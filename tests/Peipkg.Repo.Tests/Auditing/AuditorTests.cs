using System.Diagnostics;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Auditing;

/// <summary>What verify sees beyond bytes and signatures.</summary>
public sealed class AuditorTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void An_entry_that_says_other_things_than_its_manifest_is_found()
    {
        _fixture.InitWith("aa");
        IndexEntry entry = _fixture.Active.Packages[0] with { License = "GPL-2.0-only" };
        Forge("active", _fixture.Active with { Packages = [entry] });
        Forge("archive", _fixture.Archive with { Packages = [entry] });
        RepositoryFixture.Succeed(_fixture.Verify("--mode", "hashes"));
        RunResult result = _fixture.Verify();
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "other things of it than its manifest: license -GPL-2.0-only, +MIT",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_package_whose_signer_no_longer_counts_is_a_failure_while_it_is_advertised()
    {
        using SigningKey other = SigningKey.Generate();
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.List(other, KeyStatus.Active);
        _fixture.Pack("aa", signer: other);
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.List(other, KeyStatus.Revoked);
        RunResult advertised = _fixture.Verify();
        Assert.Equal(1, advertised.Code);
        Assert.Contains(
            $"the key {other.PublicKey.Fingerprint} that signed it is revoked",
            advertised.Error,
            StringComparison.Ordinal
        );

        _fixture.ClearNew();
        _fixture.Pack("aa", "1.0-2");
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult archived = _fixture.Verify();
        RepositoryFixture.Succeed(archived);
        Assert.Contains("is revoked; consumers refuse to install it", archived.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_versions_in_one_archive_are_found_also_when_they_are_no_neighbours()
    {
        _fixture.InitWith("aa");
        IndexEntry entry = _fixture.Archive.Packages[0];
        IndexEntry[] twins =
        [
            .. new[] { "1.0~alpha-1", "1.0~a-1" }.Select(version =>
                entry with
                {
                    Version = PackageVersion.Parse(version),
                    Url = $"/p/aa/{version}/aa_{version}_x86_64.peipkg",
                }
            ),
        ];
        Forge("archive", _fixture.Archive with { Packages = [entry, .. twins] });
        RunResult result = _fixture.Verify("--mode", "metadata");
        Assert.Equal(1, result.Code);
        Assert.Contains("compares equal to", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Thirty_thousand_versions_of_one_name_are_compared_in_no_time()
    {
        _fixture.InitWith("aa");
        IndexEntry entry = _fixture.Archive.Packages[0];
        Forge(
            "archive",
            _fixture.Archive with
            {
                Packages =
                [
                    .. Enumerable
                        .Range(1, 30_000)
                        .Reverse()
                        .Select(number =>
                            entry with
                            {
                                Version = PackageVersion.Parse($"1.{number}-1"),
                                Url = $"/p/aa/1.{number}-1/x",
                            }
                        ),
                ],
            }
        );
        Stopwatch watch = Stopwatch.StartNew();
        _fixture.Verify("--mode", "metadata");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public void Indexes_of_a_time_to_come_are_told()
    {
        _fixture.InitWith("aa");
        RunResult result = RepoRun.RunAt(new FixedClock("2025-06-01T00:00:00Z"), "", "verify", "--repo", _fixture.Repo);
        RepositoryFixture.Succeed(result);
        Assert.Contains("which is still to come", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Stray_files_and_symlinks_are_told_and_what_belongs_to_a_package_is_not()
    {
        _fixture.InitWith("aa");
        File.WriteAllText(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg.sbom.json"], "{}");
        File.WriteAllText(_fixture["repo/p/aa/1.0-1/notes.txt"], "x");
        File.CreateSymbolicLink(_fixture["repo/p/bb"], "aa");
        RunResult result = _fixture.Verify();
        RepositoryFixture.Succeed(result);
        Assert.Contains("p/aa/1.0-1/notes.txt: no index names it", result.Error, StringComparison.Ordinal);
        Assert.Contains("p/bb: it is a symlink", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sbom", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-03-01T00:00:00Z", false)]
    [InlineData("2026-06-01T00:00:00Z", true)]
    public void Indexes_older_than_90_days_are_told(string now, bool told)
    {
        _fixture.InitWith("aa");
        RunResult result = RepoRun.RunAt(new FixedClock(now), "", "verify", "--repo", _fixture.Repo);
        RepositoryFixture.Succeed(result);
        Assert.Equal(told, result.Error.Contains("more than 90 days ago", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_about_to_expire_is_told_by_the_clock()
    {
        using SigningKey other = SigningKey.Generate();
        _fixture.InitWith("aa");
        _fixture.List(other, KeyStatus.Transitioning, "2026-01-20T00:00:00Z");
        Assert.Contains(
            "is accepted only until 2026-01-20T00:00:00Z",
            _fixture.Verify().Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_trust_anchor_and_the_version_seen_before_are_held_against_what_is_there()
    {
        using SigningKey other = SigningKey.Generate();
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(
            _fixture.Verify("--trust", _fixture.Key.PublicKey.Fingerprint.Grouped, "--min-index-version", "2")
        );
        Assert.Equal(1, _fixture.Verify("--trust", other.PublicKey.Fingerprint.Text).Code);
        RunResult rollback = _fixture.Verify("--min-index-version", "3", "--json");
        Assert.Equal(1, rollback.Code);
        using JsonDocument json = JsonDocument.Parse(rollback.Output);
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal("index-rollback", json.RootElement.GetProperty("failures")[0].GetProperty("rule").GetString());
    }

    public void Dispose() => _fixture.Dispose();

    private void Forge(string name, RepositoryIndex index)
    {
        byte[] bytes = IndexDocument.Write(index);
        File.WriteAllBytes(_fixture[$"repo/index/{name}.json"], bytes);
        File.WriteAllBytes(
            _fixture[$"repo/index/{name}.json.sig"],
            SignatureEnvelope.Sign(_fixture.Key, bytes.AsSpan()).Write()
        );
    }
}
