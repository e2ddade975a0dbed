using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Posix.Files;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Promoting;

/// <summary>Packages that go from a testing repository to a stable one.</summary>
public sealed class PromoteOperationTests : IDisposable
{
    private const string Later = "2026-01-31T00:00:00Z";

    private readonly RepositoryFixture _testing = new();
    private readonly RepositoryFixture _stable = new();

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void What_is_needed_comes_along_with_the_same_bytes(string edition)
    {
        Prepare(edition);
        Consumer consumer = new(url =>
            File.Exists(_stable["repo" + url]) ? File.ReadAllBytes(_stable["repo" + url]) : null
        );
        Timestamp now = Timestamp.Parse("2026-02-01T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Add(now, [_stable.Key.PublicKey.Fingerprint]));
        RunResult result = Promote(_testing.Repo, "tool");
        RepositoryFixture.Succeed(result);
        Assert.Contains("needed besides: library 2.0-1 noarch", result.Error, StringComparison.Ordinal);
        Assert.Equal(Refresh.News, consumer.Update(now));
        Assert.Equal(["base 1.0-1", "library 2.0-1", "tool 1.0-1"], Advertised());
        string path = "repo/p/tool/1.0-1/tool_1.0-1_noarch.peipkg";
        Assert.Equal(File.ReadAllBytes(_testing[path]), File.ReadAllBytes(_stable[path]));
        RepositoryFixture.Succeed(_stable.Verify());
        RunResult again = Promote(_testing.Repo, "tool");
        RepositoryFixture.Succeed(again);
        Assert.Contains("there is nothing to promote", again.Error, StringComparison.Ordinal);
        Assert.Equal(3ul, _stable.Active.IndexVersion);
    }

    [Fact]
    public void Files_get_a_second_name_where_that_is_possible()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Promote(_testing.Repo, "tool"));
        string path = "repo/p/tool/1.0-1/tool_1.0-1_noarch.peipkg";
        Assert.True(FileStatus.Of(_testing[path])!.Value.IsSameFile(FileStatus.Of(_stable[path])!.Value));
    }

    [Fact]
    public void What_would_break_something_is_refused_and_nothing_changes()
    {
        Prepare("psd-009");
        new ForeignManifest("broken") { Headers = Edition.Psd009, Dependencies = "{\"name\":\"nowhere\"}" }.PackInto(
            _testing.New
        );
        RepositoryFixture.Succeed(_testing.Publish());
        SortedDictionary<string, string> before = RepositoryFixture.Content(_stable.Repo);
        RunResult result = Promote(_testing.Repo, "broken");
        Assert.Equal(1, result.Code);
        Assert.Contains("needs nowhere, but nothing has or provides that name", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_stable.Repo));
        RepositoryFixture.Succeed(Promote(_testing.Repo, "tool", "--dry-run"));
        Assert.Equal(before, RepositoryFixture.Content(_stable.Repo));
    }

    [Fact]
    public void What_is_not_offered_or_of_another_edition_is_said()
    {
        Prepare("psd-009");
        Assert.Contains("did you mean \"tool\"", Promote(_testing.Repo, "tol").Error, StringComparison.Ordinal);
        Assert.Contains("there are 1.0-1", Promote(_testing.Repo, "tool=3.0-1").Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Withdraw(_testing, "tool=1.0-1"));
        Assert.Contains("has withdrawn tool", Promote(_testing.Repo, "tool").Error, StringComparison.Ordinal);
        Directory.Delete(_testing.Repo, recursive: true);
        RepositoryFixture.Succeed(_testing.Init("--edition", "pspu-5"));
        Assert.Contains(
            "between repositories of one edition",
            Promote(_testing.Repo, "tool").Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nothing_to_promote_is_a_report_too()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Promote(_testing.Repo, "tool"));
        RunResult again = Promote(_testing.Repo, "tool", "--json");
        RepositoryFixture.Succeed(again);
        JsonElement report = JsonDocument.Parse(again.Output).RootElement;
        Assert.Equal(
            (false, false, 3ul, 3, 4),
            (
                report.GetProperty("dry_run").GetBoolean(),
                report.GetProperty("published").GetBoolean(),
                report.GetProperty("index_version").GetUInt64(),
                report.GetProperty("active").GetInt32(),
                report.GetProperty("archive").GetInt32()
            )
        );
        Assert.Equal(0, report.GetProperty("added").GetArrayLength());
        Assert.Equal(0, report.GetProperty("refused").GetArrayLength());
    }

    [Fact]
    public void What_the_target_has_withdrawn_is_not_there()
    {
        Prepare("psd-009");
        PackOld();
        RepositoryFixture.Succeed(Promote(_testing.Repo, "tool"));
        RepositoryFixture.Succeed(Withdraw(_stable, "tool=1.0-1"));
        RepositoryFixture.Succeed(Withdraw(_stable, "library=2.0-1"));
        SortedDictionary<string, string> before = RepositoryFixture.Content(_stable.Repo);
        RunResult named = Promote(_testing.Repo, "tool");
        Assert.Equal(1, named.Code);
        Assert.Contains(
            "has withdrawn tool 1.0-1 noarch (bad); offer it again there with \"withdraw tool=1.0-1 --undo\"",
            named.Error,
            StringComparison.Ordinal
        );
        RunResult needed = Promote(_testing.Repo, "old");
        Assert.Equal(1, needed.Code);
        Assert.Contains(
            "old 1.0-1 noarch needs library 2.0-1 noarch, which \"test-repo\" has withdrawn (bad)",
            needed.Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain($"is in {_stable.Repo}", needed.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_stable.Repo));

        RepositoryFixture.Succeed(Withdraw(_stable, "library=2.0-1", "--undo"));
        RepositoryFixture.Succeed(Promote(_testing.Repo, "old"));
    }

    [Fact]
    public void What_the_target_has_superseded_satisfies_nothing()
    {
        Prepare("psd-009");
        PackOld();
        RepositoryFixture.Succeed(Promote(_testing.Repo, "tool"));
        _stable.ClearNew();
        new ForeignManifest("library") { Version = "3.0-1", Headers = Edition.Psd009 }.PackInto(_stable.New);
        RepositoryFixture.Succeed(_stable.Publish("--timestamp", Later));
        RunResult result = Promote(_testing.Repo, "old");
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "old 1.0-1 noarch needs library 2.0-1 noarch, but \"test-repo\" has 3.0-1 in its place",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain($"is in {_stable.Repo}", result.Error, StringComparison.Ordinal);
        RunResult named = Promote(_testing.Repo, "library");
        RepositoryFixture.Succeed(named);
        Assert.Contains($"library 2.0-1 noarch is in {_stable.Repo} already", named.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_cannot_be_taken_from_a_directory_is_said()
    {
        Prepare("psd-009");
        string path = _testing["repo/p/tool/1.0-1/tool_1.0-1_noarch.peipkg"];
        File.AppendAllText(path, "x");
        RunResult damaged = Promote(_testing.Repo, "tool");
        Assert.Equal(1, damaged.Code);
        Assert.Contains($"{path} is missing or damaged", damaged.Error, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains(
            $"{path} is missing or damaged",
            Promote(_testing.Repo, "tool").Error,
            StringComparison.Ordinal
        );
        new ForeignManifest("far") { Headers = Edition.Psd009 }.PackInto(_testing.New);
        RepositoryFixture.Succeed(_testing.Publish("--package-url-template", "https://example.org/{filename}"));
        Assert.Contains(
            $"far 1.0-1 noarch is not in {_testing.Repo}, which only names https://example.org/",
            Promote(_testing.Repo, "far").Error,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(Promote(_testing.Repo, "library"));
    }

    [Fact]
    public void A_package_that_cannot_be_fetched_is_said()
    {
        Prepare("psd-009");
        using StaticServer server = new(_testing.Repo);
        string[] tool = ["tool", "--trust", _testing.Key.PublicKey.Fingerprint.Text];
        string path = _testing["repo/p/tool/1.0-1/tool_1.0-1_noarch.peipkg"];
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        RunResult other = Promote(server.Url, tool);
        Assert.Equal(1, other.Code);
        Assert.Contains("is not the package that the index names", other.Error, StringComparison.Ordinal);
        File.Delete(path);
        RunResult missing = Promote(server.Url, tool);
        Assert.Equal(1, missing.Code);
        Assert.Contains(
            $"tool 1.0-1 noarch is in the index of {server.Url} but cannot be fetched",
            missing.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(["base 1.0-1", "library 1.0-1"], Advertised());
    }

    [Fact]
    public void What_is_promoted_can_be_signed_elsewhere()
    {
        Prepare("psd-009");
        RunResult prepared = Promote(_testing.Repo, "tool", "--sign-key", _stable.PublicKeyFile);
        RepositoryFixture.Succeed(prepared);
        Assert.Contains("prepared index_version 3", prepared.Output, StringComparison.Ordinal);
        Assert.Equal(["base 1.0-1", "library 1.0-1"], Advertised());
        _stable.SignWhatWaits();
        Assert.Equal(["base 1.0-1", "library 2.0-1", "tool 1.0-1"], Advertised());
        RepositoryFixture.Succeed(_stable.Verify());
    }

    [Fact]
    public void A_source_that_does_not_verify_gives_nothing()
    {
        Prepare("psd-009");
        string index = _testing["repo/index/active.json"];
        File.WriteAllText(index, File.ReadAllText(index).Replace("A test", "A text", StringComparison.Ordinal));
        RunResult result = Promote(_testing.Repo, "tool");
        Assert.Equal(1, result.Code);
        Assert.Contains("does not verify, so nothing can be taken from it", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_behind_a_server_needs_trust_and_gives_the_same()
    {
        Prepare("psd-009");
        using StaticServer server = new(_testing.Repo);
        RunResult blind = Promote(server.Url, "tool");
        Assert.Equal(1, blind.Code);
        Assert.Contains("needs --trust FINGERPRINT", blind.Error, StringComparison.Ordinal);
        RunResult result = Promote(server.Url, "tool", "--json", "--trust", _testing.Key.PublicKey.Fingerprint.Text);
        RepositoryFixture.Succeed(result);
        Assert.Equal(
            ["library", "tool"],
            JsonDocument
                .Parse(result.Output)
                .RootElement.GetProperty("added")
                .EnumerateArray()
                .Select(static item => item.GetProperty("name").GetString())
        );
        RepositoryFixture.Succeed(_stable.Verify());
    }

    public void Dispose()
    {
        _testing.Dispose();
        _stable.Dispose();
    }

    /// <summary>In testing a tool that needs a base, which stable has, and a library, which it has not new enough.</summary>
    private void Prepare(string edition)
    {
        Assert.True(Edition.TryParse(edition, out Edition? headers, out _));
        RepositoryFixture.Succeed(_testing.Init("--edition", edition));
        RepositoryFixture.Succeed(_stable.Init("--edition", edition));
        ForeignManifest foundation = new("base") { Headers = headers };
        ForeignManifest library = new("library") { Headers = headers, Path = "usr/share/library/data" };
        foundation.PackInto(_stable.New);
        library.PackInto(_stable.New);
        RepositoryFixture.Succeed(_stable.Publish());
        foundation.PackInto(_testing.New);
        (library with { Version = "2.0-1" }).PackInto(_testing.New);
        new ForeignManifest("tool")
        {
            Headers = headers,
            Dependencies = "{\"name\":\"base\"},{\"name\":\"library\",\"constraint\":\">= 2\"}",
        }.PackInto(_testing.New);
        RepositoryFixture.Succeed(_testing.Publish());
        _testing.ClearNew();
    }

    /// <summary>In testing, a package that does not work with every later library.</summary>
    private void PackOld()
    {
        new ForeignManifest("old")
        {
            Headers = Edition.Psd009,
            Dependencies = "{\"name\":\"library\",\"constraint\":\">= 2, < 3\"}",
        }.PackInto(_testing.New);
        RepositoryFixture.Succeed(_testing.Publish());
        _testing.ClearNew();
    }

    private static RunResult Withdraw(RepositoryFixture fixture, string package, params string[] more) =>
        RepoRun.Run([
            "withdraw",
            package,
            .. more.Length > 0 ? more : ["--reason", "bad"],
            "--repo",
            fixture.Repo,
            "--sign-key",
            fixture.KeyFile,
            "--timestamp",
            Later,
        ]);

    private RunResult Promote(string from, params string[] more) =>
        RepoRun.Run([
            "promote",
            .. more,
            "--from",
            from,
            "--to",
            _stable.Repo,
            .. more.Contains("--sign-key") ? (string[])[] : ["--sign-key", _stable.KeyFile],
            "--timestamp",
            Later,
        ]);

    private string[] Advertised() =>
        [.. _stable.Active.Packages.Select(static entry => $"{entry.Name} {entry.Version}")];
}
