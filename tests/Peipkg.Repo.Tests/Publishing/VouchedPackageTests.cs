using System.Text;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>Packages that others have built again: what their verdicts let in, keep out, and show.</summary>
public sealed class VouchedPackageTests : IDisposable
{
    private const string Name = "aa_1.0-1_x86_64.peipkg";
    private const string Place = "repo/p/aa/1.0-1/" + Name;
    private readonly RepositoryFixture _fixture = new();
    private readonly SigningKey _bob = SigningKey.Generate();
    private readonly SigningKey _carol = SigningKey.Generate();

    public VouchedPackageTests() => RepositoryFixture.Succeed(_fixture.Init());

    private string[] BothOfTwo => ["--require-rebuild", "2", "--rebuilder", Print(_bob), "--rebuilder", Print(_carol)];

    private string[] OneOfTwo => ["--require-rebuild", "1", "--rebuilder", Print(_bob), "--rebuilder", Print(_carol)];

    public void Dispose()
    {
        _bob.Dispose();
        _carol.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void Only_what_enough_others_have_built_with_the_same_bytes_gets_in()
    {
        string package = _fixture.Pack("aa");
        Refused(package, AttestationRule.TooFew, "0 of the 2 rebuilders that it needs", BothOfTwo);
        Vouch(package, _bob);
        Refused(package, AttestationRule.TooFew, "1 of the 2 rebuilders that it needs", BothOfTwo);
        string failed = Vouch(package, _carol, RebuildOutcome.Unbuildable);
        Refused(package, AttestationRule.TooFew, "and 1 could not build it", BothOfTwo);
        File.Delete(failed);
        Vouch(package, _carol);
        RepositoryFixture.Succeed(Publish(BothOfTwo));
        Assert.Equal(2, Beside().Count);
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("aa_1.0", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_bytes_of_somebody_who_counts_keep_a_package_out_however_many_have_the_same()
    {
        string package = _fixture.Pack("aa");
        Vouch(package, _bob);
        string different = Vouch(package, _carol, RebuildOutcome.Different);
        Refused(package, AttestationRule.Different, "has built other bytes (changed: usr/bin/aa)", OneOfTwo);
        Refused(
            package,
            AttestationRule.Different,
            "built other bytes",
            "--rebuilder",
            Print(_carol),
            "--rebuilder",
            Print(_bob)
        );

        // Whoever is not named has no say, and is not passed over in silence either.
        Refused(
            different,
            AttestationRule.Rebuilder,
            "whom no --rebuilder names",
            "--require-rebuild",
            "1",
            "--rebuilder",
            Print(_bob)
        );
        Refused(different, AttestationRule.Rebuilder, "whom no --rebuilder names");
        File.Delete(different);
        RepositoryFixture.Succeed(Publish("--require-rebuild", "1", "--rebuilder", Print(_bob)));
    }

    [Fact]
    public void A_forged_a_renamed_and_a_strangers_verdict_and_a_key_twice_do_not_count()
    {
        string package = _fixture.Pack("aa");
        string good = Vouch(package, _bob);
        byte[] content = File.ReadAllBytes(good);

        // One key, however many files.
        File.Copy(good, package + ".rebuild.again.json");
        Refused(package, AttestationRule.TooFew, "1 of the 2 rebuilders", BothOfTwo);
        File.Delete(package + ".rebuild.again.json");
        string other = package + ".rebuild.other.json";
        File.WriteAllBytes(other, Verdict(Name, Hash(package), _bob, RebuildOutcome.Unbuildable));
        Refused(other, AttestationRule.Rebuilder, "says two things of this package, ", OneOfTwo);
        File.Delete(other);

        // Changed after it was signed, and under another's name.
        string text = Encoding.UTF8.GetString(content);
        File.WriteAllText(good, text.Replace("\"payload\":\"eyJ", "\"payload\":\"eyK", StringComparison.Ordinal));
        Refused(good, AttestationRule.Signature, "changed after it was signed", OneOfTwo);
        File.WriteAllText(good, text.Replace(Print(_bob), Print(_carol), StringComparison.Ordinal));
        Refused(good, AttestationRule.Signature, "names another key than the one that it brings", OneOfTwo);
        File.WriteAllText(good, "{}");
        Refused(good, "json-required-field", "", OneOfTwo);
        File.Delete(good);

        // Of another package, and of other bytes under the same name.
        File.WriteAllBytes(good, Verdict("bb_1.0-1_x86_64.peipkg", Hash(package), _bob));
        Refused(good, AttestationRule.Subject, "it is named after " + Name, OneOfTwo);
        File.WriteAllBytes(good, Verdict(Name, Sha256Digest.Of("else"u8), _bob));
        Refused(good, AttestationRule.Subject, "no package with these bytes is published or comes in", OneOfTwo);
        File.Delete(good);

        // The repository's own, which signed the package too.
        string own = Vouch(package, _fixture.Key);
        Refused(own, AttestationRule.Rebuilder, "does not vouch for itself", "--rebuilder", Print(_fixture.Key));
        File.Delete(own);
        Assert.Equal(2, Publish("--require-rebuild", "2", "--rebuilder", Print(_bob), "--rebuilder", Print(_bob)).Code);
        RepositoryFixture.Succeed(Publish());
    }

    [Fact]
    public void Verdicts_come_later_by_themselves_and_everything_shows_them()
    {
        string package = _fixture.Pack("aa");
        string bob = Vouch(package, _bob);
        byte[] verdict = File.ReadAllBytes(bob);
        File.Delete(bob);
        RepositoryFixture.Succeed(Publish());
        Assert.False(File.Exists(_fixture[Place + SiblingNames.Rebuilds]));

        _fixture.ClearNew();
        File.WriteAllBytes(_fixture["new/" + Path.GetFileName(bob)], verdict);
        RunResult result = Publish([.. OneOfTwo, "--timestamp", "2026-01-02T00:00:01Z"]);
        RepositoryFixture.Succeed(result);
        Assert.Contains("added verdicts on aa 1.0-1 x86_64: ", result.Output, StringComparison.Ordinal);
        Assert.Equal([RebuildOutcome.Identical], Beside().Select(static item => item.Outcome));

        // A second key is added, and the first changes its mind; in another directory at that.
        File.WriteAllBytes(
            _fixture["new/" + Path.GetFileName(bob)],
            Verdict(Name, Beside()[0].Package.Sha256, _bob, RebuildOutcome.Different)
        );
        Directory.CreateDirectory(_fixture["new/carol"]);
        File.WriteAllBytes(
            _fixture["new/carol/" + Name + ".rebuild.c.json"],
            Verdict(Name, Beside()[0].Package.Sha256, _carol)
        );
        RepositoryFixture.Succeed(Publish([.. OneOfTwo, "--timestamp", "2026-01-02T00:00:02Z"]));
        Assert.Equal(2, Beside().Count);
        Assert.Equal(RebuildOutcome.Different, Beside().Single(item => item.Rebuilder.Equals(_bob.PublicKey)).Outcome);

        result = _fixture.Verify();
        RepositoryFixture.Succeed(result);
        Assert.DoesNotContain("aa_1.0", result.Error, StringComparison.Ordinal);
        string page = File.ReadAllText(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.json"]);
        Assert.Contains("\"siblings\":[\".rebuilds.jsonl\"]", page, StringComparison.Ordinal);
        Assert.Contains($"[\"{Print(_carol)}\",\"identical\"]", page, StringComparison.Ordinal);
        result = RepoRun.Run("audit", "--repo", _fixture.Repo);
        Assert.Contains("1.0-1 came out differently where " + Print(_bob), result.Output, StringComparison.Ordinal);
        Assert.Contains("1 rebuilt by others with the same bytes", result.Output, StringComparison.Ordinal);
        result = RepoRun.Run("show", "aa", "--repo", _fixture.Repo, "--provenance");
        Assert.Contains(
            "rebuilt with other bytes by " + _bob.PublicKey.Fingerprint.Grouped,
            result.Output,
            StringComparison.Ordinal
        );

        string[] verify = ["attest", "verify", _fixture.Repo, "--trust", Print(_fixture.Key)];
        result = RepoRun.Run(verify);
        RepositoryFixture.Succeed(result);
        Assert.Contains("aa 1.0-1 x86_64: rebuilt with the same bytes by", result.Output, StringComparison.Ordinal);
        RepositoryFixture.Succeed(RepoRun.Run([.. verify, "--require-rebuild", "1", "--rebuilder", Print(_carol)]));
        result = RepoRun.Run([.. verify, "--rebuilder", Print(_bob)]);
        Assert.Equal(1, result.Code);
        Assert.Contains("has built other bytes", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "\"verdict\": \"different\"",
            RepoRun.Run([.. verify, "--json"]).Output,
            StringComparison.Ordinal
        );

        // They stay with the package; what is damaged is said.
        RepositoryFixture.Succeed(RepoRun.Run("snapshot", "create", "one", "--repo", _fixture.Repo));
        Assert.True(File.Exists(_fixture["repo/.peipkg-repo.snapshots/one/" + Place[5..] + SiblingNames.Rebuilds]));
        File.AppendAllText(_fixture[Place + SiblingNames.Rebuilds], "{}\n");
        Assert.Equal(1, RepoRun.Run(verify).Code);
    }

    [Fact]
    public void They_wait_for_a_signature_with_their_generation_and_go_into_a_new_directory()
    {
        string package = _fixture.Pack("aa");
        string bob = Vouch(package, _bob);
        byte[] verdict = File.ReadAllBytes(bob);
        File.Delete(bob);
        RepositoryFixture.Succeed(Publish());
        Sha256Digest hash = Hash(package);
        _fixture.ClearNew();
        File.WriteAllBytes(_fixture["new/" + Path.GetFileName(bob)], verdict);
        RepositoryFixture.Succeed(
            Publish([.. OneOfTwo, "--timestamp", "2026-01-02T00:00:01Z", "--sign-key", _fixture.PublicKeyFile])
        );
        Assert.False(File.Exists(_fixture[Place + SiblingNames.Rebuilds]));
        _fixture.SignWhatWaits();
        Assert.Single(Beside());

        File.WriteAllBytes(_fixture["new/" + Name + ".rebuild.c.json"], Verdict(Name, hash, _carol));
        RepositoryFixture.Succeed(
            Publish([.. OneOfTwo, "--timestamp", "2026-01-02T00:00:02Z", "--out", _fixture["other"]])
        );
        Assert.Single(Beside());
        Assert.Equal(
            2,
            RebuildVerdicts.Read(File.ReadAllBytes(_fixture["other" + Place[4..] + SiblingNames.Rebuilds]), hash).Count
        );
        foreach (string repository in new[] { _fixture.Repo, _fixture["other"] })
        {
            RunResult verified = RepoRun.Run("verify", "--repo", repository);
            Assert.DoesNotContain("aa_1.0", verified.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("site", verified.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_attested_late_is_added_to_what_is_passed_over()
    {
        string package = _fixture.Pack("aa");
        RepositoryFixture.Succeed(Publish());
        File.WriteAllBytes(
            package + SiblingNames.Attestation,
            DsseEnvelope
                .Sign(
                    _fixture.Key,
                    Provenance.PayloadType,
                    new Provenance
                    {
                        Package = new Subject(Name, Hash(package)),
                        Manifest = RepositoryFixture.Manifest("aa", "1.0-1", "x86_64"),
                        Edition = "psd-009",
                        Tool = ("peipkg-build", "1"),
                    }.Write()
                )
                .Write()
        );
        RunResult result = Publish("--skip-existing", "--timestamp", "2026-01-02T00:00:01Z");
        RepositoryFixture.Succeed(result);
        Assert.Contains("added an attestation of aa 1.0-1 x86_64", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_fixture[Place + SiblingNames.Attestation]));
        Assert.DoesNotContain("aa_1.0", _fixture.Verify().Error, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "added an attestation",
            Publish("--skip-existing", "--timestamp", "2026-01-02T00:00:02Z").Output,
            StringComparison.Ordinal
        );

        // What is wrong with it is said, and stops nothing.
        File.Delete(_fixture[Place + SiblingNames.Attestation]);
        File.WriteAllText(package + SiblingNames.Attestation, "{}");
        result = Publish("--skip-existing", "--timestamp", "2026-01-02T00:00:03Z");
        RepositoryFixture.Succeed(result);
        Assert.Contains("it is not published", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_go_with_a_package_that_is_promoted_and_open_the_door_there()
    {
        string package = _fixture.Pack("aa");
        Vouch(package, _bob);
        RepositoryFixture.Succeed(Publish("--rebuilder", Print(_bob)));
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
        string[] promote =
        [
            "promote",
            "--from",
            _fixture.Repo,
            "--to",
            stable.Repo,
            "aa",
            "--sign-key",
            stable.KeyFile,
            "--timestamp",
            "2026-01-02T00:00:01Z",
        ];
        RunResult result = RepoRun.Run([.. promote, "--require-rebuild", "1", "--rebuilder", Print(_carol)]);
        Assert.Equal(1, result.Code);
        Assert.Contains("0 of the 1 rebuilders", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(RepoRun.Run([.. promote, "--require-rebuild", "1", "--rebuilder", Print(_bob)]));
        Assert.Equal(
            File.ReadAllBytes(_fixture[Place + SiblingNames.Rebuilds]),
            File.ReadAllBytes(stable[Place + SiblingNames.Rebuilds])
        );
    }

    private static string Print(SigningKey key) => key.PublicKey.Fingerprint.Text;

    private static Sha256Digest Hash(string package) => Sha256Digest.Of(File.ReadAllBytes(package));

    private static string Vouch(string package, SigningKey key, RebuildOutcome outcome = RebuildOutcome.Identical)
    {
        string file = package + SiblingNames.Verdict(key.PublicKey.Fingerprint);
        File.WriteAllBytes(file, Verdict(Path.GetFileName(package), Hash(package), key, outcome));
        return file;
    }

    private static byte[] Verdict(
        string name,
        Sha256Digest package,
        SigningKey key,
        RebuildOutcome outcome = RebuildOutcome.Identical
    ) =>
        new RebuildStatement
        {
            Package = new Subject(name, package),
            Manifest = RepositoryFixture.Manifest("aa", "1.0-1", "x86_64"),
            Edition = "psd-009",
            Outcome = outcome,
            Compared = ("file", package),
            Differences = ["changed: usr/bin/aa"],
            Tool = ("peipkg-build", "1"),
        }
            .Sign(key)
            .Envelope.Write();

    private IReadOnlyList<RebuildVerdict> Beside() =>
        RebuildVerdicts.Read(
            File.ReadAllBytes(_fixture[Place + SiblingNames.Rebuilds]),
            Sha256Digest.Of(File.ReadAllBytes(_fixture[Place]))
        );

    private RunResult Publish(params string[] more) => _fixture.Publish(more);

    private void Refused(string file, string rule, string problem, params string[] more)
    {
        RunResult result = Publish(more);
        Assert.Equal(1, result.Code);
        Assert.Contains($"refused {file}: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains($"({rule})", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fixture["repo/p"]));
    }
}
