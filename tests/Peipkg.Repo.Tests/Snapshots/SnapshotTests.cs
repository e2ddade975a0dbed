using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Snapshots;

/// <summary>Named states of a repository, and the way back to them.</summary>
public sealed class SnapshotTests : IDisposable
{
    private static readonly Timestamp Now = Timestamp.Parse("2026-08-01T00:00:00Z");

    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void Going_back_and_forth_makes_generations_that_consumers_follow(string edition)
    {
        Prepare(edition);
        Consumer consumer = new(url =>
            File.Exists(_fixture["repo" + url]) ? File.ReadAllBytes(_fixture["repo" + url]) : null
        );
        Assert.Equal(Refresh.News, consumer.Add(Now, [_fixture.Key.PublicKey.Fingerprint]));
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        PublishNews();
        RepositoryFixture.Succeed(Snapshot("create", "second"));
        string[] second = Advertised();
        Assert.Equal(["aa 2.0-1", "bb 1.0-1"], second);

        RunResult back = Rollback("first");
        RepositoryFixture.Succeed(back);
        Assert.Contains("aa 2.0-1 x86_64 is no longer offered", back.Output, StringComparison.Ordinal);
        Assert.Equal(Refresh.News, consumer.Update(Now));
        Assert.Equal(["aa 1.0-1"], Advertised());
        Assert.Equal(3, _fixture.Archive.Packages.Count);
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is changed", Rollback("first").Output, StringComparison.Ordinal);

        RepositoryFixture.Succeed(Rollback("second"));
        Assert.Equal(Refresh.News, consumer.Update(Now));
        Assert.Equal(second, Advertised());
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void What_was_pruned_since_comes_back()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", "1.0~rc1-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        Prune();
        string place = _fixture["repo/p/aa/1.0~rc1-1/aa_1.0~rc1-1_x86_64.peipkg"];
        Assert.False(File.Exists(place));
        RepositoryFixture.Succeed(Rollback("first"));
        Assert.True(File.Exists(place));
        Assert.Equal(2, _fixture.Archive.Packages.Count);
        Assert.DoesNotContain("1.0~rc1-1", File.ReadAllText(_fixture["repo/retention.json"]), StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void What_comes_back_once_it_is_signed_elsewhere_comes_with_its_page()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", "1.0~rc1-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        string details = _fixture["repo/p/aa/1.0~rc1-1/aa_1.0~rc1-1_x86_64.json"];
        string before = File.ReadAllText(details);
        Assert.Contains("usr/share/aa/data", before, StringComparison.Ordinal);
        Prune();
        PublishNews(Now.Text);
        Assert.False(File.Exists(details));
        RunResult prepared = Rollback("first", _fixture.PublicKeyFile);
        RepositoryFixture.Succeed(prepared);
        Assert.Contains("prepared index_version", prepared.Output, StringComparison.Ordinal);
        Assert.Equal(["aa 2.0-1", "bb 1.0-1"], Advertised());
        _fixture.SignWhatWaits();
        Assert.Equal(["aa 1.0-1"], Advertised());
        Assert.Equal(before, File.ReadAllText(details));
        Assert.Contains(
            "\"peipkg_withdrawn\":",
            File.ReadAllText(_fixture["repo/p/bb/1.0-1/bb_1.0-1_x86_64.json"]),
            StringComparison.Ordinal
        );
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_another_tool_has_left_behind_are_mended()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        PublishNews();
        string details = _fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.json"];
        string before = File.ReadAllText(details);
        File.Delete(details);
        File.WriteAllText(_fixture["repo/index.html"], "another generation's");
        RunResult back = Rollback("first");
        RepositoryFixture.Succeed(back);
        Assert.Contains("its pages are mended", back.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(details));
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_is_a_repository_of_second_names_that_nothing_changes()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        string snapshot = _fixture["repo/.peipkg-repo.snapshots/first"];
        SortedDictionary<string, string> before = RepositoryFixture.Content(snapshot);
        const string package = "p/aa/1.0-1/aa_1.0-1_x86_64.peipkg";
        Assert.True(
            FileStatus
                .Of(Path.Combine(snapshot, package))!
                .Value.IsSameFile(FileStatus.Of(Path.Combine(_fixture.Repo, package))!.Value)
        );
        PublishNews();
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", Now.Text));
        Assert.Equal(before, RepositoryFixture.Content(snapshot));
        RepositoryFixture.Succeed(_fixture.Verify("--repo", snapshot));

        JsonElement listed = JsonDocument.Parse(Snapshot("list", "--json").Output).RootElement.GetProperty("snapshots");
        Assert.Equal("first", Assert.Single(listed.EnumerateArray()).GetProperty("name").GetString());
        Assert.Contains("+ bb 1.0-1", Snapshot("diff", "first").Output, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Snapshot("delete", "first", "--dry-run"));
        Assert.True(Directory.Exists(snapshot));
        RepositoryFixture.Succeed(Snapshot("delete", "first"));
        Assert.False(Directory.Exists(snapshot));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void A_snapshot_of_another_edition_is_not_gone_back_to()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "migrate-edition",
                "--repo",
                _fixture.Repo,
                "--edition",
                "pspu-5",
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                Now.Text
            )
        );
        Refuses(
            "first",
            "the snapshot first is of edition psd-009, the repository of pspu-5; move it back with migrate-edition first"
        );
    }

    [Fact]
    public void Other_bytes_than_the_snapshots_stay()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        string digest = _fixture.Archive.Packages[0].Hash.ToString();
        _fixture.RewriteIndexes(text => text.Replace(digest, new string('0', 64), StringComparison.Ordinal));
        Refuses("first", "aa 1.0-1 x86_64 has other bytes in the snapshot first");
    }

    [Fact]
    public void What_equals_a_version_published_since_does_not_come_back()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", "1.0~rc1-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        Prune();
        _fixture.Pack("aa", "1.0~rc01-1");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", Now.Text));
        Refuses("first", "version 1.0~rc1-1 of aa compares equal to 1.0~rc01-1");
    }

    [Fact]
    public void A_file_that_is_missing_is_said_when_the_snapshot_is_taken_and_when_it_would_be_needed()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa", "1.0~rc1-1");
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult whole = Snapshot("create", "whole");
        RepositoryFixture.Succeed(whole);
        Assert.DoesNotContain("warning", whole.Error, StringComparison.Ordinal);
        File.Delete(_fixture["repo/p/aa/1.0~rc1-1/aa_1.0~rc1-1_x86_64.peipkg"]);
        RunResult taken = Snapshot("create", "partial");
        RepositoryFixture.Succeed(taken);
        Assert.Contains(
            "aa 1.0~rc1-1 x86_64 is not in the snapshot: its file is missing",
            taken.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("nothing is changed", Rollback("partial").Output, StringComparison.Ordinal);
        Prune();
        Refuses("partial", "has lost aa 1.0~rc1-1 x86_64, and the snapshot partial has no file of it");
        RepositoryFixture.Succeed(Rollback("whole"));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void A_key_or_a_time_that_consumers_would_reject_is_refused()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        PublishNews();
        using SigningKey other = SigningKey.Generate();
        string file = _fixture["other.pem"];
        DurableFile.Write(file, other.ExportPem(), DurableFile.PrivateMode);
        Refuses("first", "is not listed in repo.json", key: file);
        Refuses("first", "is earlier than 2026-01-02T00:00:00Z", time: "2026-01-01T00:00:00Z");
        RepositoryFixture.Succeed(Rollback("first"));
    }

    [Fact]
    public void Whoever_begins_or_publishes_a_repository_in_its_place_is_refused_and_it_stays()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        Assert.Contains(
            before.Keys,
            static path => path.StartsWith(".peipkg-repo.snapshots/first/", StringComparison.Ordinal)
        );
        RunResult begun = _fixture.Init();
        Assert.Equal(1, begun.Code);
        Assert.Contains("is not empty", begun.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));

        RepositoryFixture.Succeed(
            RepoRun.Run(
                "init",
                "--name",
                "other",
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                Now.Text,
                "--out",
                _fixture["other"]
            )
        );
        RunResult published = _fixture.Publish("--in", _fixture["other"], "--out", _fixture.Repo);
        Assert.Equal(1, published.Code);
        Assert.Contains("is not empty", published.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
        RepositoryFixture.Succeed(Rollback("first"));
    }

    [Fact]
    public void What_cannot_be_done_is_said()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Snapshot("create", "first"));
        Assert.Contains("snapshots never change", Snapshot("create", "first").Error, StringComparison.Ordinal);
        Assert.Contains("is no name of a snapshot", Snapshot("create", "../x").Error, StringComparison.Ordinal);
        Assert.Contains("needs the NAME", Snapshot("create").Error, StringComparison.Ordinal);
        Assert.Contains("takes no NAME", Snapshot("list", "first").Error, StringComparison.Ordinal);
        Assert.Contains("did you mean \"first\"", Snapshot("delete", "frist").Error, StringComparison.Ordinal);
        Assert.Contains("there are first", Rollback("other").Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private void Refuses(string to, string message, string? key = null, string? time = null)
    {
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = Rollback(to, key, time);
        Assert.Equal(1, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    private void Prepare(string edition)
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", edition));
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
    }

    private void PublishNews(string? time = null)
    {
        _fixture.Pack("aa", "2.0-1");
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish(time is null ? [] : ["--timestamp", time]));
        _fixture.ClearNew();
    }

    private void Prune() =>
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
                Now.Text
            )
        );

    private RunResult Snapshot(params string[] more) => RepoRun.Run(["snapshot", .. more, "--repo", _fixture.Repo]);

    private RunResult Rollback(string to, string? key = null, string? time = null) =>
        RepoRun.Run(
            "rollback",
            "--repo",
            _fixture.Repo,
            "--to",
            to,
            "--sign-key",
            key ?? _fixture.KeyFile,
            "--timestamp",
            time ?? Now.Text
        );

    private string[] Advertised() =>
        [.. _fixture.Active.Packages.Select(static entry => $"{entry.Name} {entry.Version}")];
}
