using System.Text.Json;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Querying;

public sealed class QueryOperationTests
{
    private static RepositoryFixture ThreeVersions()
    {
        RepositoryFixture fixture = new();
        fixture.InitWith("alpha", "beta");
        fixture.Pack("beta", "2.0~rc1-1");
        fixture.Pack("beta", "1.5-1", content: "more");
        fixture.Pack("gamma", "1.0-1", "noarch");
        RepositoryFixture.Succeed(fixture.Publish());
        fixture.ClearNew();
        return fixture;
    }

    private static JsonElement Json(RunResult result)
    {
        RepositoryFixture.Succeed(result);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    [Fact]
    public void List_shows_what_is_advertised_and_all_of_the_archive_when_asked()
    {
        using RepositoryFixture fixture = ThreeVersions();
        RunResult active = RepoRun.Run("list", "--repo", fixture.Repo);
        Assert.Equal(0, active.Code);
        Assert.Equal(4, active.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("beta   2.0~rc1-1  x86_64", active.Output, StringComparison.Ordinal);
        JsonElement all = Json(RepoRun.Run("list", "--repo", fixture.Repo, "--all", "--json"));
        Assert.Equal("test-repo", all.GetProperty("repository").GetString());
        Assert.Equal(3UL, all.GetProperty("index_version").GetUInt64());
        Assert.Equal(
            [
                "alpha 1.0-1 True False",
                "beta 2.0~rc1-1 True True",
                "beta 1.5-1 False False",
                "beta 1.0-1 False False",
                "gamma 1.0-1 True False",
            ],
            all.GetProperty("packages")
                .EnumerateArray()
                .Select(static package =>
                    $"{package.GetProperty("name")} {package.GetProperty("version")} {package.GetProperty("active")} {package.GetProperty("pre_release")}"
                )
        );
    }

    [Fact]
    public void Show_gives_the_advertised_version_or_the_one_asked_for()
    {
        using RepositoryFixture fixture = ThreeVersions();
        RunResult text = RepoRun.Run("show", "beta=1.5-1", "--repo", fixture.Repo);
        Assert.Contains("1.5-1 (archived; 2.0~rc1-1 is the newest)", text.Output, StringComparison.Ordinal);
        Assert.Contains("base >= 1.0", text.Output, StringComparison.Ordinal);
        Assert.Contains("/usr/share/beta/data", text.Output, StringComparison.Ordinal);
        Assert.Contains(fixture.Key.PublicKey.Fingerprint.Grouped, text.Output, StringComparison.Ordinal);
        JsonElement shown = Json(RepoRun.Run("show", "beta", "--repo", fixture.Repo, "--json")).GetProperty("packages")[
            0
        ];
        Assert.True(shown.GetProperty("active").GetBoolean());
        Assert.Equal(
            JsonSerializer.Serialize(
                JsonDocument
                    .Parse(File.ReadAllBytes(fixture["repo/index/active.json"]))
                    .RootElement.GetProperty("packages")[1]
            ),
            JsonSerializer.Serialize(shown.GetProperty("entry"))
        );
    }

    [Theory]
    [InlineData("bta", 1, "did you mean \"beta\"")]
    [InlineData("beta=9-1", 1, "there are 2.0~rc1-1, 1.5-1, 1.0-1")]
    [InlineData("beta=", 2, "version")]
    [InlineData("B@d", 2, "B@d")]
    public void What_is_not_there_is_said_with_what_is(string query, int code, string expected)
    {
        using RepositoryFixture fixture = ThreeVersions();
        RunResult result = RepoRun.Run("show", query, "--repo", fixture.Repo);
        Assert.Equal(code, result.Code);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void History_goes_from_the_newest_to_the_oldest_and_tells_what_changed()
    {
        using RepositoryFixture fixture = ThreeVersions();
        RunResult text = RepoRun.Run("history", "beta", "--repo", fixture.Repo);
        Assert.Equal(0, text.Code);
        string[] lines = text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("VERSION", lines[0], StringComparison.Ordinal);
        Assert.Equal(["2.0~rc1-1", "1.5-1", "1.0-1"], lines.Skip(1).Select(static line => line.Split(' ')[0]));
        JsonElement history = Json(RepoRun.Run("history", "beta", "--repo", fixture.Repo, "--json"));
        Assert.Equal(3, history.GetProperty("versions").GetArrayLength());
        Assert.Equal(0, history.GetProperty("versions")[0].GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public void Diff_tells_two_states_apart()
    {
        using RepositoryFixture fixture = ThreeVersions();
        fixture.Pack("delta");
        fixture.Pack("beta", "2.0-1");
        RepositoryFixture.Succeed(fixture.Publish("--out", fixture["next"]));
        RunResult text = RepoRun.Run("diff", fixture.Repo, fixture["next"]);
        Assert.Contains("~ beta 2.0~rc1-1 -> 2.0-1", text.Output, StringComparison.Ordinal);
        Assert.Contains("+ delta 1.0-1 x86_64", text.Output, StringComparison.Ordinal);
        Assert.Contains(
            "index_version 3 -> 4: 2 published, 0 forgotten; 1 names new, 0 gone, 1 changed",
            text.Output,
            StringComparison.Ordinal
        );
        JsonElement back = Json(RepoRun.Run("diff", fixture["next"], fixture.Repo, "--json"));
        Assert.False(back.GetProperty("same").GetBoolean());
        Assert.Equal("downgrade", back.GetProperty("changed")[0].GetProperty("direction").GetString());
        Assert.Equal(2, back.GetProperty("forgotten").GetArrayLength());
        Assert.True(Json(RepoRun.Run("diff", fixture.Repo, fixture.Repo, "--json")).GetProperty("same").GetBoolean());
    }

    [Fact]
    public void A_withdrawal_is_a_difference_also_below_the_advertised_version()
    {
        using RepositoryFixture fixture = ThreeVersions();
        RepositoryFixture.Succeed(RepoRun.Run("snapshot", "create", "before", "--repo", fixture.Repo));
        Withdraw(fixture, "--reason", "It deletes files.");
        string before = fixture["repo/.peipkg-repo.snapshots/before"];
        RunResult text = RepoRun.Run("diff", before, fixture.Repo);
        Assert.Contains("- beta 1.5-1 x86_64 is withdrawn: It deletes files.", text.Output, StringComparison.Ordinal);
        JsonElement there = Json(RepoRun.Run("diff", before, fixture.Repo, "--json"));
        Assert.False(there.GetProperty("same").GetBoolean());
        Assert.Equal("1.5-1", Assert.Single(Rows(there, "withdrawn")).GetProperty("version").GetString());
        Assert.Empty(Rows(there, "offered_again"));
        Assert.Empty(Rows(there, "changed"));
        JsonElement back = Json(RepoRun.Run("diff", fixture.Repo, before, "--json"));
        Assert.Equal("1.5-1", Assert.Single(Rows(back, "offered_again")).GetProperty("version").GetString());
        Withdraw(fixture, "--undo");
        Assert.True(Json(RepoRun.Run("diff", before, fixture.Repo, "--json")).GetProperty("same").GetBoolean());

        static IEnumerable<JsonElement> Rows(JsonElement report, string name) =>
            report.GetProperty(name).EnumerateArray();

        static void Withdraw(RepositoryFixture fixture, params string[] more) =>
            RepositoryFixture.Succeed(
                RepoRun.Run([
                    "withdraw",
                    "beta=1.5-1",
                    .. more,
                    "--repo",
                    fixture.Repo,
                    "--sign-key",
                    fixture.KeyFile,
                    "--timestamp",
                    "2026-01-02T00:00:00Z",
                ])
            );
    }

    [Fact]
    public void Entries_that_are_only_written_otherwise_are_the_same()
    {
        using RepositoryFixture fixture = ThreeVersions();
        RepositoryFixture.Succeed(RepoRun.Run("snapshot", "create", "before", "--repo", fixture.Repo));
        fixture.RewriteIndexes(static text => text.Replace("{\"name\":", "{ \"name\": ", StringComparison.Ordinal));
        JsonElement difference = Json(
            RepoRun.Run("diff", fixture["repo/.peipkg-repo.snapshots/before"], fixture.Repo, "--json")
        );
        Assert.Equal(0, difference.GetProperty("changed").GetArrayLength());
        Assert.True(difference.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void A_state_that_does_not_verify_is_shown_with_a_warning()
    {
        using RepositoryFixture fixture = ThreeVersions();
        File.Delete(fixture["repo/index/active.json.sig"]);
        RunResult result = RepoRun.Run("list", "--repo", fixture.Repo);
        Assert.Equal(0, result.Code);
        Assert.Contains("warning: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("active.json.sig", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, RepoRun.Run("list", "--repo", fixture["absent"]).Code);
    }
}
