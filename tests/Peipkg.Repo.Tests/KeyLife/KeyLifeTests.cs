using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.KeyLife;

public sealed class KeyLifeTests : IDisposable
{
    private const string March = "2026-03-01T00:00:00Z";

    private readonly RepositoryFixture _fixture = new();
    private readonly SigningKey _other = SigningKey.Generate();
    private readonly string _otherFile;
    private readonly string _otherPublic;

    public KeyLifeTests()
    {
        _otherFile = _fixture["other.pem"];
        _otherPublic = _fixture["other.pub"];
        DurableFile.Write(_otherFile, _other.ExportPem(), DurableFile.PrivateMode);
        DurableFile.Write(_otherPublic, _other.PublicKey.ExportPem());
        _fixture.InitWith("alpha", "beta");
    }

    [Fact]
    public void Rotation_is_signed_so_that_whoever_knows_the_old_key_follows_and_says_what_happens()
    {
        RunResult result = Rotate("2026-06-01T00:00:00Z");
        RepositoryFixture.Succeed(result);
        Assert.Contains("accept it until 2026-06-01T00:00:00Z", result.Output, StringComparison.Ordinal);
        Assert.Contains("2 packages are signed with it", result.Output, StringComparison.Ordinal);
        Assert.Equal(KeyStatus.Active, Status(_other));
        Assert.Equal(KeyStatus.Transitioning, Status(_fixture.Key));
        Assert.Equal(_fixture.Key.PublicKey.Fingerprint, Signer("repo.json"));
        Assert.Equal(_other.PublicKey.Fingerprint, Signer("index/active.json"));
        Assert.Equal(_other.PublicKey.Fingerprint, Signer("index/archive.json"));
        Assert.Equal(3ul, _fixture.Active.IndexVersion);
        RepositoryFixture.Succeed(VerifyAt(March));
    }

    [Fact]
    public void The_first_publish_in_the_last_week_of_a_transition_signs_the_descriptor_with_the_new_key()
    {
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", _otherFile, "--timestamp", "2026-05-24T00:00:00Z"));
        Assert.Equal(_fixture.Key.PublicKey.Fingerprint, Signer("repo.json"));
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", _otherFile, "--timestamp", "2026-05-26T00:00:00Z"));
        Assert.Equal(_other.PublicKey.Fingerprint, Signer("repo.json"));
        RepositoryFixture.Succeed(VerifyAt("2026-05-26T00:00:00Z"));
    }

    [Fact]
    public void A_second_rotation_within_the_first_is_signed_with_the_key_that_every_consumer_knows()
    {
        using SigningKey third = SigningKey.Generate();
        string thirdFile = _fixture["third.pem"];
        DurableFile.Write(thirdFile, third.ExportPem(), DurableFile.PrivateMode);
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        string[] second =
        [
            "rotate-key",
            "--new-key",
            thirdFile,
            "--old-key",
            _otherFile,
            "--valid-until",
            "2026-09-01T00:00:00Z",
        ];
        RunResult refused = Change(second);
        Assert.Equal(1, refused.Code);
        Assert.Contains("--descriptor-key", refused.Error, StringComparison.Ordinal);

        RunResult late = Change([
            .. second,
            "--descriptor-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-05-10T00:00:00Z",
        ]);
        Assert.Equal(1, late.Code);
        Assert.Contains("counts only until 2026-06-01T00:00:00Z", late.Error, StringComparison.Ordinal);

        RunResult result = Change([.. second, "--descriptor-key", _fixture.KeyFile]);
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            $"repo.json keeps the signature of {_fixture.Key.PublicKey.Fingerprint.Grouped}",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(_fixture.Key.PublicKey.Fingerprint, Signer("repo.json"));
        Assert.Equal(third.PublicKey.Fingerprint, Signer("index/active.json"));
        Assert.Equal(KeyStatus.Transitioning, Status(_other));
        RepositoryFixture.Succeed(VerifyAt(March));
    }

    [Fact]
    public void A_revocation_within_a_rotation_needs_no_force_and_says_who_may_not_follow()
    {
        using SigningKey offline = SigningKey.Generate();
        string offlineFile = _fixture["offline.pem"];
        DurableFile.Write(offlineFile, offline.ExportPem(), DurableFile.PrivateMode);
        RepositoryFixture.Succeed(Change("add-key", "--key", offlineFile, "--sign-key", _fixture.KeyFile));
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        RunResult result = Change("revoke-key", "--key-or-fingerprint", _otherFile, "--sign-key", offlineFile);
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            $"follow only if {offline.PublicKey.Fingerprint.Grouped} was listed before it",
            result.Output,
            StringComparison.Ordinal
        );
        Assert.Equal(KeyStatus.Revoked, Status(_other));
        Assert.Equal(offline.PublicKey.Fingerprint, Signer("repo.json"));
    }

    [Fact]
    public void Keys_are_judged_by_the_clock_where_the_timestamp_lags_behind()
    {
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        _fixture.Pack("gamma");
        FixedClock summer = new("2026-07-01T00:00:00Z");
        RunResult refused = RepoRun.RunAt(
            summer,
            "",
            _fixture.PublishArguments("--sign-key", _otherFile, "--timestamp", March)
        );
        Assert.Equal(1, refused.Code);
        Assert.Contains("was accepted only until 2026-06-01T00:00:00Z", refused.Error, StringComparison.Ordinal);

        _fixture.ClearNew();
        RunResult empty = RepoRun.RunAt(
            summer,
            "",
            _fixture.PublishArguments("--sign-key", _otherFile, "--timestamp", March)
        );
        RepositoryFixture.Succeed(empty);
        Assert.Equal(_other.PublicKey.Fingerprint, Signer("repo.json"));
    }

    [Fact]
    public void A_transition_that_is_too_short_is_refused_unless_forced_and_nothing_changes()
    {
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult refused = Rotate("2026-03-20T00:00:00Z");
        Assert.Equal(1, refused.Code);
        Assert.Contains("shorter than 30 days", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
        RepositoryFixture.Succeed(Rotate("2026-03-20T00:00:00Z", "--force"));
    }

    [Fact]
    public void The_last_active_key_is_neither_revoked_nor_retired()
    {
        foreach (string command in new[] { "revoke-key", "retire-key" })
        {
            RunResult result = Change(
                command,
                "--key-or-fingerprint",
                _fixture.KeyFile,
                "--sign-key",
                _fixture.KeyFile,
                "--force"
            );
            Assert.Equal(1, result.Code);
            Assert.Contains(
                command == "revoke-key" ? "the last active key" : "rotate-key first",
                result.Error,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void A_listed_offline_key_revokes_the_key_that_was_stolen()
    {
        RepositoryFixture.Succeed(Change("add-key", "--key", _otherPublic, "--sign-key", _fixture.KeyFile));
        RunResult result = Change(
            "revoke-key",
            "--key-or-fingerprint",
            _fixture.Key.PublicKey.Fingerprint.Text,
            "--sign-key",
            _otherFile
        );
        RepositoryFixture.Succeed(result);
        Assert.Contains("2 packages are signed with it", result.Output, StringComparison.Ordinal);
        Assert.Equal(KeyStatus.Revoked, Status(_fixture.Key));
        Assert.Equal(
            [_other.PublicKey.Fingerprint, _other.PublicKey.Fingerprint, _other.PublicKey.Fingerprint],
            [Signer("repo.json"), Signer("index/active.json"), Signer("index/archive.json")]
        );
        RepositoryFixture.Succeed(VerifyAt(March, "--mode", "metadata"));

        RunResult early = Change(
            "retire-key",
            "--key-or-fingerprint",
            _fixture.KeyFile,
            "--sign-key",
            _otherFile,
            "--force"
        );
        Assert.Equal(1, early.Code);
        Assert.Contains("at least a year", early.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(
            Change(
                "retire-key",
                "--timestamp",
                "2027-03-03T00:00:00Z",
                "--key-or-fingerprint",
                _fixture.KeyFile,
                "--sign-key",
                _otherFile
            )
        );
        Assert.Null(_fixture.Descriptor.FindKey(_fixture.Key.PublicKey.Fingerprint));
        Assert.False(File.Exists(_fixture[$"repo/keys/{_fixture.Key.PublicKey.Fingerprint}.pub"]));
    }

    [Fact]
    public void A_key_is_retired_early_only_by_force()
    {
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        string[] retire = ["retire-key", "--key-or-fingerprint", _fixture.KeyFile, "--sign-key", _otherFile];
        RunResult refused = Change(retire);
        Assert.Equal(1, refused.Code);
        Assert.Contains("consumers were promised", refused.Error, StringComparison.Ordinal);
        Assert.Contains("could no longer be installed", refused.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Change([.. retire, "--force"]));
        Assert.Equal([_other.PublicKey.Fingerprint], _fixture.Descriptor.Keys.Select(static key => key.Fingerprint));
    }

    [Fact]
    public void Describing_renames_the_repository_in_all_three_documents()
    {
        RepositoryFixture.Succeed(
            Change("describe", "--name", "new-name", "--description", "A line.", "--sign-key", _fixture.KeyFile)
        );
        Assert.Equal(("new-name", "A line."), (_fixture.Descriptor.Name, _fixture.Descriptor.Description));
        Assert.Equal(("new-name", "new-name"), (_fixture.Active.Repo, _fixture.Archive.Repo));
        RepositoryFixture.Succeed(VerifyAt(March));
        RunResult same = Change("describe", "--name", "new-name", "--sign-key", _fixture.KeyFile);
        Assert.Contains("nothing would change", same.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_says_as_json_what_would_change_and_changes_nothing()
    {
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = Rotate("2026-06-01T00:00:00Z", "--dry-run", "--json");
        RepositoryFixture.Succeed(result);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.False(json.RootElement.GetProperty("published").GetBoolean());
        Assert.Equal(2, json.RootElement.GetProperty("keys").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("consequences").GetArrayLength() > 2);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void Keys_are_shown_with_what_each_signed()
    {
        RepositoryFixture.Succeed(Rotate("2026-06-01T00:00:00Z"));
        RunResult table = RepoRun.Run("keys", "--repo", _fixture.Repo);
        RepositoryFixture.Succeed(table);
        Assert.Contains("transitioning  2026-06-01T00:00:00Z  repo.json", table.Output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(RepoRun.Run("keys", "--repo", _fixture.Repo, "--json").Output);
        JsonElement old = json
            .RootElement.GetProperty("keys")
            .EnumerateArray()
            .Single(key => key.GetProperty("fingerprint").GetString() == _fixture.Key.PublicKey.Fingerprint.Text);
        Assert.Equal(2, old.GetProperty("active_packages").GetInt32());
    }

    [Fact]
    public void A_publication_waits_for_a_key_that_is_kept_elsewhere_and_is_published_with_its_signatures()
    {
        _fixture.Pack("gamma");
        string publicKey = _fixture["key.pub"];
        DurableFile.Write(publicKey, _fixture.Key.PublicKey.ExportPem());
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", publicKey));
        Assert.Equal(before, WithoutPending());
        RepositoryFixture.Succeed(_fixture.Verify());

        RepositoryFixture.Succeed(
            RepoRun.Run("export-signing-request", "--repo", _fixture.Repo, "--out", _fixture["request"])
        );
        RunResult wrong = RepoRun.Run(
            "sign",
            "--detached",
            "--request",
            _fixture["request"],
            "--sign-key",
            _otherFile,
            "--out",
            _fixture["signatures"]
        );
        Assert.Equal(1, wrong.Code);
        RunResult signed = RepoRun.Run(
            "sign",
            "--detached",
            "--request",
            _fixture["request"],
            "--sign-key",
            _fixture.KeyFile,
            "--out",
            _fixture["signatures"]
        );
        RepositoryFixture.Succeed(signed);
        Assert.Contains("added gamma 1.0-1 x86_64", signed.Output, StringComparison.Ordinal);
        string[] import = ["import-signatures", "--repo", _fixture.Repo, "--signatures", _fixture["signatures"]];
        RepositoryFixture.Succeed(RepoRun.Run(import));
        RepositoryFixture.Succeed(_fixture.Verify());
        Assert.Equal(3, _fixture.Active.Packages.Count);
        Assert.Contains("no generation", RepoRun.Run(import).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotation_to_an_air_gapped_key_collects_signatures_of_both()
    {
        string publicKey = _fixture["key.pub"];
        DurableFile.Write(publicKey, _fixture.Key.PublicKey.ExportPem());
        RepositoryFixture.Succeed(
            Change(
                "rotate-key",
                "--new-key",
                _otherPublic,
                "--old-key",
                publicKey,
                "--valid-until",
                "2026-06-01T00:00:00Z"
            )
        );
        RepositoryFixture.Succeed(
            RepoRun.Run("export-signing-request", "--repo", _fixture.Repo, "--out", _fixture["request"])
        );
        foreach ((string key, string name) in new[] { (_otherFile, "one"), (_fixture.KeyFile, "two") })
        {
            RunResult signed = RepoRun.Run(
                "sign",
                "--detached",
                "--request",
                _fixture["request"],
                "--sign-key",
                key,
                "--out",
                _fixture[name]
            );
            RepositoryFixture.Succeed(signed);
            Assert.Contains($"{_other.PublicKey.Fingerprint.Grouped} active", signed.Output, StringComparison.Ordinal);
        }

        RunResult half = RepoRun.Run("import-signatures", "--repo", _fixture.Repo, "--signatures", _fixture["one"]);
        Assert.Equal(1, half.Code);
        Assert.Contains("repo.json: no file has a signature for it", half.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "import-signatures",
                "--repo",
                _fixture.Repo,
                "--signatures",
                _fixture["one"],
                "--signatures",
                _fixture["two"]
            )
        );
        Assert.Equal(KeyStatus.Transitioning, Status(_fixture.Key));
        RepositoryFixture.Succeed(VerifyAt(March));
    }

    [Fact]
    public void A_request_that_shows_another_descriptor_than_it_asks_for_is_not_signed()
    {
        RepositoryFixture.Succeed(Change("describe", "--description", "one", "--sign-key", PublicOfKey()));
        RepositoryFixture.Succeed(
            RepoRun.Run("export-signing-request", "--repo", _fixture.Repo, "--out", _fixture["request"])
        );
        File.WriteAllText(
            _fixture["request"],
            File.ReadAllText(_fixture["request"]).Replace("\\\"one\\\"", "\\\"two\\\"", StringComparison.Ordinal)
        );
        RunResult signed = RepoRun.Run(
            "sign",
            "--detached",
            "--request",
            _fixture["request"],
            "--sign-key",
            _fixture.KeyFile,
            "--out",
            _fixture["signatures"]
        );
        Assert.Equal(1, signed.Code);
        Assert.Contains("other than the one it shows", signed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waited_while_the_repository_changed_is_not_published()
    {
        _fixture.Pack("gamma");
        RepositoryFixture.Succeed(_fixture.Publish("--sign-key", PublicOfKey()));
        RepositoryFixture.Succeed(
            RepoRun.Run("export-signing-request", "--repo", _fixture.Repo, "--out", _fixture["request"])
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
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", "2026-01-02T00:00:01Z"));
        RunResult late = RepoRun.Run(
            "import-signatures",
            "--repo",
            _fixture.Repo,
            "--signatures",
            _fixture["signatures"]
        );
        Assert.Equal(1, late.Code);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    public void Dispose()
    {
        _other.Dispose();
        _fixture.Dispose();
    }

    private string PublicOfKey()
    {
        string file = _fixture["key.pub"];
        DurableFile.Write(file, _fixture.Key.PublicKey.ExportPem());
        return file;
    }

    private SortedDictionary<string, string> WithoutPending()
    {
        SortedDictionary<string, string> content = RepositoryFixture.Content(_fixture.Repo);
        foreach (
            string path in content
                .Keys.Where(static path => path.StartsWith(".peipkg-repo.pending/", StringComparison.Ordinal))
                .ToArray()
        )
        {
            content.Remove(path);
        }

        return content;
    }

    private RunResult Rotate(string until, params string[] more) =>
        Change(["rotate-key", "--new-key", _otherFile, "--old-key", _fixture.KeyFile, "--valid-until", until, .. more]);

    private RunResult Change(params string[] args) =>
        RepoRun.Run([
            .. args,
            "--repo",
            _fixture.Repo,
            .. args.Contains("--timestamp") ? (string[])[] : ["--timestamp", March],
        ]);

    private RunResult VerifyAt(string time, params string[] more) =>
        RepoRun.RunAt(new FixedClock(time), "", ["verify", "--repo", _fixture.Repo, .. more]);

    private KeyStatus? Status(SigningKey key) => _fixture.Descriptor.FindKey(key.PublicKey.Fingerprint)?.Status;

    private Fingerprint Signer(string document) =>
        SignatureEnvelope.Read(File.ReadAllBytes(_fixture[$"repo/{document}.sig"])).KeyFingerprint;
}
