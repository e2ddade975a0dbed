using System.Text.Json;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.Consumers;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Mirroring;

/// <summary>Copies of a part of a repository, signed by who copies.</summary>
public sealed class PartialMirrorTests : IDisposable
{
    private const string Later = "2026-01-31T00:00:00Z";

    private readonly RepositoryFixture _theirs = new();
    private readonly RepositoryFixture _ours = new();
    private readonly StaticServer _server;

    public PartialMirrorTests() => _server = new StaticServer(_theirs.Repo);

    [Theory]
    [InlineData("psd-009")]
    [InlineData("pspu-5")]
    public void A_part_comes_with_what_it_needs_under_our_signature(string edition)
    {
        Prepare(edition);
        RepositoryFixture.Succeed(Mirror("--package", "to?l", "--json"));
        Assert.Equal(["library 2.0-1", "tool 1.0-1"], Archived());
        RepositoryFixture.Succeed(_ours.Verify());
        Assert.Contains(
            _ours.Key.PublicKey.Fingerprint.Text,
            File.ReadAllText(_ours["repo/repo.json.sig"]),
            StringComparison.Ordinal
        );
        Assert.Equal(edition, _ours.Descriptor.Edition.ToString());
        string package = "repo/p/tool/1.0-1/tool_1.0-1_noarch.peipkg";
        Assert.Equal(File.ReadAllBytes(_theirs[package]), File.ReadAllBytes(_ours[package]));
        Consumer consumer = new(url => File.Exists(_ours.Repo + url) ? File.ReadAllBytes(_ours.Repo + url) : null);
        Timestamp now = Timestamp.Parse("2026-02-01T00:00:00Z");
        Assert.Equal(Refresh.News, consumer.Add(now, [_ours.Key.PublicKey.Fingerprint]));

        RunResult again = Mirror("--package", "to?l");
        RepositoryFixture.Succeed(again);
        Assert.Contains(
            "has nothing new that is wanted, and nothing is changed",
            again.Error,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(Mirror("--package", "to?l", "--check"));

        Withdraw(_theirs, "tool=1.0-1");
        RepositoryFixture.Succeed(Mirror("--package", "to?l"));
        Assert.Equal(["library 2.0-1"], _ours.Active.Packages.Select(static entry => $"{entry.Name} {entry.Version}"));
        Assert.Equal("bad", _ours.Archive.Packages.Single(static entry => entry.Name.Text == "tool").Withdrawn!.Reason);
        Assert.Equal(Refresh.News, consumer.Update(now));
    }

    [Fact]
    public void Packages_keep_the_signatures_of_keys_that_the_copy_lists()
    {
        RepositoryFixture.Succeed(_theirs.Init());
        _theirs.Pack("aa");
        RepositoryFixture.Succeed(_theirs.Publish());
        RepositoryFixture.Succeed(Mirror("--package", "*"));
        Assert.Equal(["aa 1.0-1"], Archived());
        RunResult verified = _ours.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.Equal(2, _ours.Descriptor.Keys.Count);
        Assert.DoesNotContain("not signed", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_versions_of_everything()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Mirror("--newest", "1"));
        Assert.Equal(["library 2.0-1", "other 1.0-1", "tool 1.0-1"], Archived());
        RepositoryFixture.Succeed(Mirror("--newest", "2"));
        Assert.Equal(["library 2.0-1", "library 1.0-1", "other 1.0-1", "tool 1.0-1"], Archived());
        RepositoryFixture.Succeed(_ours.Verify());
    }

    [Fact]
    public void What_its_operator_has_withdrawn_does_not_come_back()
    {
        Prepare("psd-009");
        RepositoryFixture.Succeed(Mirror("--package", "library"));
        Withdraw(_ours, "library=2.0-1");
        RepositoryFixture.Succeed(Mirror("--package", "library"));
        Assert.Equal(["library 1.0-1"], _ours.Active.Packages.Select(static entry => $"{entry.Name} {entry.Version}"));
    }

    [Fact]
    public void What_is_missing_is_said_and_a_name_that_nothing_has_is_refused()
    {
        Prepare("psd-009");
        RunResult none = Mirror("--package", "nothing*");
        Assert.Equal(1, none.Code);
        Assert.Contains("has no package of such a name", none.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(Mirror("--package", "other"));
        RunResult check = Mirror("--package", "tool", "--check", "--json");
        Assert.Equal(1, check.Code);
        Assert.Equal(2, JsonDocument.Parse(check.Output).RootElement.GetProperty("differences").GetArrayLength());
        Assert.Equal(["other 1.0-1"], Archived());
    }

    public void Dispose()
    {
        _server.Dispose();
        _theirs.Dispose();
        _ours.Dispose();
    }

    private void Prepare(string edition)
    {
        Assert.True(Edition.TryParse(edition, out Edition? headers, out _));
        RepositoryFixture.Succeed(_theirs.Init("--edition", edition));
        ForeignManifest library = new("library") { Headers = headers, Path = "usr/share/library/data" };
        library.PackInto(_theirs.New);
        (library with { Version = "2.0-1" }).PackInto(_theirs.New);
        new ForeignManifest("tool")
        {
            Headers = headers,
            Dependencies = "{\"name\":\"library\",\"constraint\":\">= 2\"}",
        }.PackInto(_theirs.New);
        new ForeignManifest("other") { Headers = headers }.PackInto(_theirs.New);
        RepositoryFixture.Succeed(_theirs.Publish());
    }

    private RunResult Mirror(params string[] more) =>
        RepoRun.Run([
            "mirror",
            "--url",
            _server.Url,
            "--trust",
            _theirs.Key.PublicKey.Fingerprint.Text,
            "--out",
            _ours.Repo,
            "--sign-key",
            _ours.KeyFile,
            "--timestamp",
            Later,
            .. more,
        ]);

    private static void Withdraw(RepositoryFixture fixture, string package) =>
        RepositoryFixture.Succeed(
            RepoRun.Run(
                "withdraw",
                package,
                "--reason",
                "bad",
                "--repo",
                fixture.Repo,
                "--sign-key",
                fixture.KeyFile,
                "--timestamp",
                Later
            )
        );

    private string[] Archived() =>
        [.. _ours.Archive.Packages.Select(static (IndexEntry entry) => $"{entry.Name} {entry.Version}")];
}
