using System.Text;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>What lies beside a package goes with it through every command, or keeps it out.</summary>
public sealed class AttestedPackageTests : IDisposable
{
    private const string Place = "repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg";
    private readonly RepositoryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Both_are_published_with_the_package_and_the_browser_knows()
    {
        Publish();
        foreach (string suffix in SiblingNames.All)
        {
            Assert.True(File.Exists(_fixture[Place + suffix]));
        }

        Assert.Contains(
            "\"siblings\":[\".attestation.json\",\".sbom.json\"]",
            File.ReadAllText(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.json"]),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            "attestation",
            File.ReadAllText(_fixture["repo/index/archive.json"]),
            StringComparison.Ordinal
        );
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("aa_1.0", verified.Error, StringComparison.Ordinal);

        // A package that has none has nothing said of it.
        _fixture.ClearNew();
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-02T00:00:01Z"));
        Assert.DoesNotContain(
            "siblings",
            File.ReadAllText(_fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.json"]),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_attestation_may_come_alone_but_not_a_bill()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        string package = Attested();
        string bill = package + SiblingNames.Bill;
        string said = package + SiblingNames.Attestation;
        File.Move(said, said + "~");
        Refused(bill, "no attestation is beside it that would vouch for it", AttestationRule.Bill);
        File.Move(said + "~", said);
        File.Delete(bill);
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.True(File.Exists(_fixture[Place + SiblingNames.Attestation]));
        Assert.False(File.Exists(_fixture[Place + SiblingNames.Bill]));
    }

    [Fact]
    public void What_does_not_belong_to_the_package_is_refused_with_the_file_and_a_remedy()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        string package = Attested();
        string bill = package + SiblingNames.Bill;
        string said = package + SiblingNames.Attestation;
        byte[] good = File.ReadAllBytes(said);
        File.AppendAllText(bill, " ");
        Refused(bill, "it is not the bill of materials that the attestation beside it names", AttestationRule.Bill);
        File.Delete(bill);

        using SigningKey other = SigningKey.Generate();
        File.WriteAllBytes(said, Attestation(package, Sha256Digest.Of(File.ReadAllBytes(package)), other));
        Refused(said, $"it is signed by {other.PublicKey.Fingerprint}", AttestationRule.Signature);
        File.WriteAllBytes(said, Attestation(package, default, _fixture.Key));
        Refused(said, "and this package's is", AttestationRule.Subject);
        File.WriteAllBytes(said, good.AsSpan(0, good.Length / 2));
        Refused(said, "", "json-syntax");
        File.WriteAllBytes(said, new byte[(1 << 20) + 1]);
        Refused(said, "it has 1048577 bytes, and 1048576 are allowed", AttestationRule.Size);
        File.Delete(said);
        File.CreateSymbolicLink(said, "/etc/passwd");
        Refused(said, "it is no regular file", AttestationRule.Type);
        File.Delete(said);
        RepositoryFixture.Succeed(_fixture.Publish());
    }

    [Fact]
    public void They_stay_with_their_package_in_a_new_directory_and_in_snapshots()
    {
        Publish();
        RepositoryFixture.Succeed(
            _fixture.Publish(
                "--timestamp",
                "2026-01-02T00:00:01Z",
                "--out",
                _fixture["other"],
                "--new",
                _fixture["repo/keys"]
            )
        );
        RepositoryFixture.Succeed(RepoRun.Run("snapshot", "create", "one", "--repo", _fixture.Repo));
        foreach (string suffix in SiblingNames.All)
        {
            foreach (string copy in (string[])["other", "repo/.peipkg-repo.snapshots/one"])
            {
                Assert.True(
                    FileStatus
                        .Of(_fixture[Place + suffix])!
                        .Value.IsSameFile(FileStatus.Of(_fixture[copy + Place[4..] + suffix])!.Value)
                );
            }
        }
    }

    [Fact]
    public void They_go_with_a_package_that_is_pruned_and_come_along_when_one_is_promoted()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        Attested("1.0~rc1-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        string place = _fixture["repo/p/aa/1.0~rc1-1"];
        Assert.Equal(4, Directory.GetFiles(place).Length);

        using RepositoryFixture stable = new();
        stable.InitWith("base");
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "add-key",
                "--repo",
                stable.Repo,
                "--key",
                _fixture.PublicKeyFile,
                "--sign-key",
                stable.KeyFile,
                "--timestamp",
                "2026-01-02T00:00:01Z"
            )
        );
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "promote",
                "--from",
                _fixture.Repo,
                "--to",
                stable.Repo,
                "aa=1.0~rc1-1",
                "--sign-key",
                stable.KeyFile,
                "--timestamp",
                "2026-01-02T00:00:01Z"
            )
        );
        Assert.Equal(4, Directory.GetFiles(stable["repo/p/aa/1.0~rc1-1"]).Length);

        _fixture.ClearNew();
        _fixture.Pack("aa", "2.0-1");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-03T00:00:00Z"));
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "prune-prerelease",
                "--repo",
                _fixture.Repo,
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                "2026-06-01T00:00:00Z",
                "--older-than",
                "30d",
                "--keep",
                "0"
            )
        );
        Assert.False(Directory.Exists(place));
    }

    [Fact]
    public void A_stranger_verifies_with_the_fingerprint_and_sees_what_is_said()
    {
        Publish();
        string trust = _fixture.Key.PublicKey.Fingerprint.Text;
        RunResult result = RepoRun.Run("attest", "verify", _fixture.Repo, "--trust", trust);
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            "aa 1.0-1 x86_64: built by urn:peipkg:farm:test-farm, with a bill of materials",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "1 package attested, 0 without attestation, 0 with one that is wrong",
            result.Output,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(
            RepoRun.Run("attest", "verify", _fixture[Place], "--trust", trust, "--key", _fixture.PublicKeyFile)
        );
        RunResult shown = RepoRun.Run("show", "aa", "--repo", _fixture.Repo, "--provenance");
        RepositoryFixture.Succeed(shown);
        Assert.Contains("  runDetails.builder.id: urn:peipkg:farm:test-farm", shown.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\"provenance\"",
            RepoRun.Run("show", "aa", "--repo", _fixture.Repo, "--provenance", "--json").Output,
            StringComparison.Ordinal
        );

        // What was changed, or is missing where it is required, fails.
        File.AppendAllText(_fixture[Place + SiblingNames.Bill], " ");
        result = RepoRun.Run("attest", "verify", _fixture.Repo, "--trust", trust);
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "aa 1.0-1 x86_64: the bill of materials beside it is not the one",
            result.Error,
            StringComparison.Ordinal
        );
        foreach (string suffix in SiblingNames.All)
        {
            File.Delete(_fixture[Place + suffix]);
        }

        RepositoryFixture.Succeed(RepoRun.Run("attest", "verify", _fixture.Repo, "--trust", trust));
        result = RepoRun.Run("attest", "verify", _fixture.Repo, "--trust", trust, "--require");
        Assert.Equal(1, result.Code);
        Assert.Contains("aa 1.0-1 x86_64: it has no attestation", result.Error, StringComparison.Ordinal);
        result = RepoRun.Run("attest", "verify", _fixture[Place], "--trust", trust);
        Assert.Equal(1, result.Code);
        Assert.Contains("give the public key that --trust names with --key", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirror_has_them_too_and_leaves_out_what_is_wrong()
    {
        Publish();
        Attested(name: "bb");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-02T00:00:01Z", "--skip-existing"));
        File.WriteAllText(_fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.peipkg.attestation.json"], "{}");
        using StaticServer server = new(_fixture.Repo);
        string[] mirror =
        [
            "mirror",
            "--url",
            server.Url,
            "--trust",
            _fixture.Key.PublicKey.Fingerprint.Text,
            "--out",
            _fixture["copy"],
        ];
        RunResult result = RepoRun.Run(mirror);
        RepositoryFixture.Succeed(result);
        Assert.Contains("bb_1.0-1_x86_64.peipkg.attestation.json: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("it is not copied", result.Error, StringComparison.Ordinal);
        foreach (string suffix in SiblingNames.All)
        {
            Assert.Equal(
                File.ReadAllBytes(_fixture[Place + suffix]),
                File.ReadAllBytes(_fixture["copy" + Place[4..] + suffix])
            );
        }

        Assert.Single(Directory.GetFiles(_fixture["copy/p/bb/1.0-1"]));
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "attest",
                "verify",
                server.Url,
                "--trust",
                _fixture.Key.PublicKey.Fingerprint.Text,
                "--package",
                "aa"
            )
        );
    }

    [Fact]
    public void A_run_that_was_killed_leaves_neither_the_package_nor_what_was_beside_it()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        string package = Attested();
        InPlaceTransaction killed = InPlaceTransaction.Begin(_fixture.Repo, _fixture.Active.IndexVersion + 1);
        killed.Place(
            [
                .. SiblingNames
                    .All.Append("")
                    .Select(suffix => new PackagePlacement(
                        package + suffix,
                        Place["repo/".Length..] + suffix,
                        new FileInfo(package + suffix).Length,
                        Sha256Digest.Of(File.ReadAllBytes(package + suffix))
                    )),
            ],
            default
        );
        Assert.Equal(3, Directory.GetFiles(Path.GetDirectoryName(_fixture[Place])!).Length);
        _fixture.ClearNew();
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.False(Directory.Exists(_fixture["repo/p"]));
        GC.KeepAlive(killed);
    }

    private void Publish()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        Attested();
        RepositoryFixture.Succeed(_fixture.Publish());
    }

    private string Attested(string version = "1.0-1", string name = "aa")
    {
        string package = _fixture.Pack(name, version);
        byte[] bill = Encoding.UTF8.GetBytes($"{{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"{name}\"}}\n");
        File.WriteAllBytes(package + SiblingNames.Bill, bill);
        File.WriteAllBytes(
            package + SiblingNames.Attestation,
            Attestation(package, Sha256Digest.Of(File.ReadAllBytes(package)), _fixture.Key, Sha256Digest.Of(bill))
        );
        return package;
    }

    private static byte[] Attestation(string package, Sha256Digest subject, SigningKey key, Sha256Digest bill = default)
    {
        string name = Path.GetFileName(package);
        return DsseEnvelope
            .Sign(
                key,
                Provenance.PayloadType,
                new Provenance
                {
                    Package = new Subject(name, subject),
                    Manifest = RepositoryFixture.Manifest("aa", "1.0-1", "x86_64"),
                    Edition = "psd-009",
                    Tool = ("peipkg-build", "1"),
                    Byproducts = [new Material(name + SiblingNames.Bill, "") { Sha256 = bill }],
                }.Write()
            )
            .Write();
    }

    private void Refused(string file, string problem, string rule)
    {
        RunResult result = _fixture.Publish();
        Assert.Equal(1, result.Code);
        Assert.Contains(file + ": ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains("; write it anew with \"peipkg-build sign --attest\"", result.Error, StringComparison.Ordinal);
        Assert.Contains(rule, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fixture["repo/p"]));
    }
}
