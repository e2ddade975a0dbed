using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Verifying;

public sealed class RepositoryVerificationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("metadata")]
    [InlineData("hashes")]
    [InlineData("both")]
    public void A_good_repository_passes_in_every_mode(string mode)
    {
        _fixture.InitWith("aa", "bb");
        RunResult result = _fixture.Verify("--mode", mode);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith(
            "ok: \"test-repo\", index_version 2 of 2026-01-02T00:00:00Z, 2 active and 2 archived packages",
            result.Output,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("repo.json", "metadata")]
    [InlineData("repo.json.sig", "metadata")]
    [InlineData("index/active.json", "metadata")]
    [InlineData("index/archive.json.sig", "metadata")]
    [InlineData("p/aa/1.0-1/aa_1.0-1_x86_64.peipkg", "hashes")]
    public void One_flipped_bit_is_found_in_the_mode_that_looks_at_it(string file, string mode)
    {
        _fixture.InitWith("aa");
        string path = _fixture["repo/" + file];
        byte[] bytes = File.ReadAllBytes(path);
        for (int at = 0; at < bytes.Length; at += Math.Max(1, bytes.Length / 7))
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= 1;
            File.WriteAllBytes(path, flipped);
            RunResult result = _fixture.Verify("--mode", mode);
            Assert.True(result.Code == 1, $"byte {at}");
            Assert.Contains("FAIL: ", result.Error, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(file).Split(".json")[0], result.Error, StringComparison.Ordinal);
        }

        File.WriteAllBytes(path, bytes);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData("repo.json")]
    [InlineData("index/active.json.sig")]
    public void A_fifo_in_place_of_a_document_is_an_error_and_no_wait(string file)
    {
        _fixture.InitWith("aa");
        string path = _fixture["repo/" + file];
        File.Delete(path);
        System.Diagnostics.Process.Start("mkfifo", [path]).WaitForExit();

        RunResult result = _fixture.Verify();

        Assert.Equal(1, result.Code);
        Assert.Contains("not a regular file", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_listed()
    {
        _fixture.InitWith("aa", "bb", "cc");
        File.Delete(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"]);
        File.AppendAllText(_fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.peipkg"], "x");
        File.Delete(_fixture["repo/index/active.json.sig"]);
        File.Delete(Directory.GetFiles(_fixture["repo/keys"]).Single());
        RunResult result = _fixture.Verify();
        Assert.Equal((1, ""), (result.Code, result.Output));
        string[] failures =
        [
            .. result.Error.Split('\n').Where(static line => line.StartsWith("FAIL: ", StringComparison.Ordinal)),
        ];
        Assert.Contains(
            failures,
            static line => line.StartsWith("FAIL: missing file: aa_1.0-1", StringComparison.Ordinal)
        );
        Assert.Contains(
            failures,
            static line =>
                line.StartsWith("FAIL: hash mismatch: bb_1.0-1_x86_64.peipkg computed ", StringComparison.Ordinal)
        );
        Assert.Contains(
            failures,
            static line =>
                line.StartsWith("FAIL: index/active.json.sig: the signature is missing", StringComparison.Ordinal)
        );
        Assert.Contains(failures, static line => line.StartsWith("FAIL: keys/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_signature_can_be_allowed()
    {
        _fixture.InitWith("aa");
        foreach (string file in Directory.GetFiles(_fixture.Repo, "*.sig", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        Assert.Equal(1, _fixture.Verify().Code);
        RunResult result = _fixture.Verify("--allow-unsigned");
        RepositoryFixture.Succeed(result);
        Assert.Contains("repo.json.sig: the signature is missing", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_signature_is_never_allowed()
    {
        _fixture.InitWith("aa");
        File.Copy(_fixture["repo/index/active.json.sig"], _fixture["repo/index/archive.json.sig"], overwrite: true);
        Assert.Equal(1, _fixture.Verify("--allow-unsigned").Code);
    }

    [Theory]
    [InlineData(KeyStatus.Transitioning, "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z", 0)]
    [InlineData(KeyStatus.Transitioning, "2026-06-01T00:00:00Z", "2026-06-01T00:00:01Z", 1)]
    [InlineData(KeyStatus.Revoked, null, "2026-01-03T00:00:00Z", 1)]
    public void Signatures_count_by_the_keys_status_and_the_clock(KeyStatus status, string? until, string now, int code)
    {
        _fixture.InitWith("aa");
        using SigningKey other = SigningKey.Generate();
        _fixture.List(other, KeyStatus.Active);
        Descriptor descriptor = _fixture.Descriptor;
        _fixture.WriteDescriptor(
            descriptor with
            {
                Keys =
                [
                    .. descriptor.Keys.Select(key =>
                        key.Fingerprint == _fixture.Key.PublicKey.Fingerprint
                            ? key with
                            {
                                Status = status,
                                ValidUntil = until is null ? null : Format.Identity.Timestamp.Parse(until),
                            }
                            : key
                    ),
                ],
            },
            other
        );
        RunResult result = RepoRun.RunAt(new FixedClock(now), "", "verify", "--repo", _fixture.Repo);
        Assert.Equal(code, result.Code);
    }

    [Fact]
    public void An_active_index_that_is_not_the_maximum_of_the_archive_is_found()
    {
        _fixture.InitWith("aa");
        _fixture.Pack("aa", "2.0-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        RepositoryIndex active = _fixture.Active;
        RepositoryIndex archive = _fixture.Archive;
        Forge("active", active with { Packages = [archive.Packages[1]] });
        Assert.Contains(
            "not the highest version",
            _fixture.Verify("--mode", "metadata").Error,
            StringComparison.Ordinal
        );
        Forge("active", active with { Packages = [] });
        Assert.Contains("lacks the name", _fixture.Verify("--mode", "metadata").Error, StringComparison.Ordinal);
        Forge("active", active with { Packages = [archive.Packages[0] with { Description = "x" }] });
        Assert.Contains("no such entry", _fixture.Verify("--mode", "metadata").Error, StringComparison.Ordinal);
        Forge("active", active with { IndexVersion = 9 });
        Assert.Contains(
            "different publications",
            _fixture.Verify("--mode", "metadata").Error,
            StringComparison.Ordinal
        );
        Forge("active", active with { Repo = "another" });
        Assert.Contains(
            "belongs to the repository \"another\"",
            _fixture.Verify("--mode", "metadata").Error,
            StringComparison.Ordinal
        );
        Forge("active", archive);
        Assert.Contains("other kind", _fixture.Verify("--mode", "metadata").Error, StringComparison.Ordinal);
        Forge("active", active);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Packages_are_found_by_name_in_another_directory()
    {
        _fixture.InitWith("aa");
        Directory.CreateDirectory(_fixture["store/deep"]);
        File.Move(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"], _fixture["store/deep/aa_1.0-1_x86_64.peipkg"]);
        Assert.Equal(1, _fixture.Verify().Code);
        RepositoryFixture.Succeed(_fixture.Verify("--all-packages-dir", _fixture["store"]));
        Assert.Equal(1, _fixture.Verify("--all-packages-dir", _fixture["store/none"]).Code);
    }

    [Fact]
    public void What_is_no_repository_is_named()
    {
        RunResult result = _fixture.Verify();
        Assert.Equal(1, result.Code);
        Assert.Contains(_fixture.Repo, result.Error, StringComparison.Ordinal);
        Assert.Equal(2, _fixture.Verify("--mode", "everything").Code);
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
