using System.Text.Json;
using Peipkg.Format.Identity;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>Packages that are taken out of the active index and put back.</summary>
public sealed class WithdrawOperationTests : IDisposable
{
    private static readonly Timestamp Now = Timestamp.Parse("2026-01-03T00:00:00Z");

    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void The_index_goes_back_and_forth_and_consumers_follow(string edition)
    {
        Prepare(edition);
        Consumer consumer = new(url =>
            File.Exists(_fixture["repo" + url]) ? File.ReadAllBytes(_fixture["repo" + url]) : null
        );
        Assert.Equal(Refresh.News, consumer.Add(Now, [_fixture.Key.PublicKey.Fingerprint]));
        string before = File.ReadAllText(_fixture["repo/index/archive.json"]);
        RunResult withdrawn = Withdraw("aa=2.0-1", "--reason", "It deletes files.", "--advisory", "TEST-1");
        RepositoryFixture.Succeed(withdrawn);
        Assert.Contains("New installations of aa get 1.0-1.", withdrawn.Output, StringComparison.Ordinal);
        Assert.Equal(Refresh.News, consumer.Update(Now));
        Assert.Equal(["aa 1.0-1", "bb 1.0-1"], Advertised());
        Assert.Equal(["aa 2.0-1", "aa 1.0-1", "bb 1.0-1"], Archived());
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
        Assert.Contains(
            "withdrawn:    2026-01-03T00:00:00Z: It deletes files. (TEST-1)",
            RepoRun.Run("show", "--repo", _fixture.Repo, "aa=2.0-1").Output,
            StringComparison.Ordinal
        );

        // Every generation that follows keeps the mark.
        _fixture.Pack("cc");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", Now.Text));
        Assert.Equal(["aa 1.0-1", "bb 1.0-1", "cc 1.0-1"], Advertised());
        RepositoryFixture.Succeed(
            _fixture.Publish("--timestamp", Now.Text, "--rebuild", "--all-packages-dir", _fixture["repo/p"])
        );
        Assert.Equal(["aa 1.0-1", "bb 1.0-1", "cc 1.0-1"], Advertised());

        RepositoryFixture.Succeed(Withdraw("aa=2.0-1", "--undo"));
        Assert.Equal(Refresh.News, consumer.Update(Now));
        Assert.Equal(["aa 2.0-1", "bb 1.0-1", "cc 1.0-1"], Advertised());
        Assert.Equal(
            before[
                before.IndexOf("{\"name\":\"aa\"", StringComparison.Ordinal)..before.IndexOf(
                    ",{\"name\":\"bb\"",
                    StringComparison.Ordinal
                )
            ],
            Slice(File.ReadAllText(_fixture["repo/index/archive.json"]))
        );
        RepositoryFixture.Succeed(_fixture.Verify());

        static string Slice(string text) =>
            text[
                text.IndexOf("{\"name\":\"aa\"", StringComparison.Ordinal)..text.IndexOf(
                    ",{\"name\":\"bb\"",
                    StringComparison.Ordinal
                )
            ];
    }

    [Fact]
    public void The_last_version_of_a_name_takes_the_name_along()
    {
        Prepare("psd-009");
        RunResult result = Withdraw("bb=1.0-1", "--reason", "It is not ours.", "--json");
        RepositoryFixture.Succeed(result);
        JsonElement report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(JsonValueKind.Null, report.GetProperty("advertised").ValueKind);
        Assert.True(report.GetProperty("published").GetBoolean());
        Assert.Equal(["aa 2.0-1"], Advertised());
        RepositoryFixture.Succeed(_fixture.Verify());
        Assert.Contains(
            "withdrawn",
            RepoRun.Run("history", "--repo", _fixture.Repo, "bb").Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_version_below_the_advertised_one_needs_no_downgrade()
    {
        Prepare("psd-009");
        RunResult lower = Withdraw("aa=1.0-1", "--reason", "It deletes files.");
        RepositoryFixture.Succeed(lower);
        Assert.Contains("New installations of aa get 2.0-1, as before.", lower.Output, StringComparison.Ordinal);
        Assert.Contains("Whoever has 1.0-1 gets 2.0-1 with the next upgrade.", lower.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("downgrade", lower.Output, StringComparison.Ordinal);
        Assert.Equal(["aa 2.0-1", "bb 1.0-1"], Advertised());
        RepositoryFixture.Succeed(Withdraw("aa=1.0-1", "--undo"));
        RunResult advertised = Withdraw("aa=2.0-1", "--reason", "It deletes files.");
        RepositoryFixture.Succeed(advertised);
        Assert.Contains("run \"peipkg downgrade aa 1.0-1\"", advertised.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_bytes_do_not_come_back()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Withdraw("bb=1.0-1", "--reason", "It is not ours."));
        _fixture.Pack("bb");
        RunResult again = _fixture.Publish("--timestamp", Now.Text);
        Assert.Equal(1, again.Code);
        Assert.Contains(
            "was withdrawn at 2026-01-03T00:00:00Z (It is not ours.)",
            again.Error,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", Now.Text, "--skip-existing"));
        Assert.Equal(["aa 2.0-1"], Advertised());
        _fixture.ClearNew();
        _fixture.Pack("bb", "1.0-2");
        RepositoryFixture.Succeed(_fixture.Publish("--timestamp", Now.Text));
        Assert.Equal(["aa 2.0-1", "bb 1.0-2"], Advertised());
    }

    [Theory]
    [InlineData("bb", "say which version of bb: bb=VERSION", "--reason", "x")]
    [InlineData("bb=3.0-1", "has no version 3.0-1 of bb; there are 1.0-1", "--reason", "x")]
    [InlineData("bbb=1.0-1", "did you mean \"bb\"", "--reason", "x")]
    [InlineData("bb=1.0-1", "missing required option --reason", "--dry-run")]
    [InlineData("bb=1.0-1", "bb 1.0-1 is not withdrawn", "--undo")]
    [InlineData("bb=1.0-1", "needs no --reason", "--undo", "--reason", "x")]
    [InlineData("bb=1.0-1", "not shown as they are", "--reason", "a\u001b[1m")]
    public void What_cannot_be_withdrawn_is_said(string package, string message, params string[] options)
    {
        Prepare("psd-009");
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = Withdraw([package, .. options]);
        Assert.Equal(1, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void Nothing_is_withdrawn_twice()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Withdraw("bb=1.0-1", "--reason", "It is not ours."));
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult again = Withdraw("bb=1.0-1", "--reason", "It is still not ours.");
        Assert.Equal(1, again.Code);
        Assert.Contains("bb 1.0-1 is withdrawn already", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Fact]
    public void A_withdrawal_can_be_signed_elsewhere()
    {
        Prepare("psd-009");
        RunResult prepared = Withdraw("bb=1.0-1", "--reason", "It is not ours.", "--sign-key", _fixture.PublicKeyFile);
        RepositoryFixture.Succeed(prepared);
        Assert.Contains("prepared index_version 3", prepared.Output, StringComparison.Ordinal);
        Assert.Equal(["aa 2.0-1", "bb 1.0-1"], Advertised());
        _fixture.SignWhatWaits();
        Assert.Equal(["aa 2.0-1"], Advertised());
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dry_run_changes_nothing()
    {
        Prepare("psd-009");
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult result = Withdraw("bb=1.0-1", "--reason", "x", "--dry-run");
        RepositoryFixture.Succeed(result);
        Assert.Contains("would publish index_version 3", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    public void Dispose() => _fixture.Dispose();

    private void Prepare(string edition)
    {
        RepositoryFixture.Succeed(_fixture.Init("--edition", edition));
        _fixture.Pack("aa");
        _fixture.Pack("aa", "2.0-1");
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
    }

    private RunResult Withdraw(params string[] more) =>
        RepoRun.Run([
            "withdraw",
            .. more,
            "--repo",
            _fixture.Repo,
            .. more.Contains("--sign-key") ? (string[])[] : ["--sign-key", _fixture.KeyFile],
            "--timestamp",
            Now.Text,
        ]);

    private string[] Advertised() =>
        [.. _fixture.Active.Packages.Select(static entry => $"{entry.Name} {entry.Version}")];

    private string[] Archived() =>
        [.. _fixture.Archive.Packages.Select(static entry => $"{entry.Name} {entry.Version}")];
}
