using Peipkg.Build.Tests.Support;
using Peipkg.Format.Manifests;

namespace Peipkg.Build.Tests.Building;

public sealed class BuildIdentityTests : IDisposable
{
    private const string Git =
        "git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false -c init.defaultBranch=main";

    private readonly Workbench _bench = new();

    public BuildIdentityTests() =>
        _bench.Recipe(
            Workbench.OneStanza
                + "\n[upstream]\ngit = \"https://example.org/demo.git\"\ntag_pattern = '^v([0-9.]+)$'\npeios_revision = 2\n"
        );

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void What_is_not_said_comes_from_the_commit_and_is_told_in_one_line()
    {
        Commit("v1.0", "v1.10", "other");
        RunResult result = Build().Succeeds();
        Assert.Contains(
            "note: assumed --version 1.10-2 --source-ref git+https://example.org/demo.git#refs/tags/v1.10 "
                + "--timestamp 2026-01-02T03:04:05Z --farm-id local\n",
            result.Error,
            StringComparison.Ordinal
        );
        Manifest manifest = _bench.Package("demo_1.10-2_noarch.peipkg").Manifest;
        Assert.Equal("local", manifest.Build.FarmId);
        Assert.Equal("2026-01-02T03:04:05Z", manifest.Build.Timestamp.Text);
    }

    [Fact]
    public void What_is_said_stays_and_a_commit_without_a_tag_is_named_by_itself()
    {
        Commit();
        RunResult result = Build("--version", "3-1", "--farm-id", "me").Succeeds();
        string id = _bench.Shell("git -C source rev-parse HEAD").Trim();
        Assert.Contains($"#{id} --timestamp 2026-01-02T03:04:05Z\n", result.Error, StringComparison.Ordinal);
        Assert.Equal("me", _bench.Package("demo_3-1_noarch.peipkg").Manifest.Build.FarmId);
    }

    [Fact]
    public void What_is_neither_said_nor_known_is_named_together()
    {
        Build()
            .Fails(
                "missing option --version: ",
                "missing option --source-ref: ",
                "missing option --timestamp: ",
                "is no git work tree"
            );
        Commit("unrelated");
        Build().Fails("missing option --version: no tag of the source's commit matches tag_pattern");
        Assert.Equal("", _bench.ScriptOutput);
    }

    [Theory]
    [InlineData("1767323045", "--timestamp 2026-01-02T03:04:05Z")]
    [InlineData("", "is no git work tree with a commit, and SOURCE_DATE_EPOCH is not set")]
    [InlineData("soon", "SOURCE_DATE_EPOCH=soon is not a number of seconds since 1970")]
    [InlineData("-1", "SOURCE_DATE_EPOCH=-1 is not a number of seconds since 1970")]
    [InlineData("99999999999999", "is not a number of seconds since 1970")]
    public void The_callers_epoch_is_the_time_where_it_is_one(string epoch, string message)
    {
        _bench.Variables["SOURCE_DATE_EPOCH"] = epoch;
        RunResult result = Build("--version", "3-1", "--source-ref", "x");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal(epoch == "1767323045" ? 0 : 1, result.Code);
    }

    [Fact]
    public void A_source_that_comes_from_nowhere_is_told()
    {
        _bench.Recipe(Workbench.OneStanza);
        Commit();
        Build("--version", "3-1")
            .Fails("neither [upstream] nor a remote named origin says where the source comes from");
        _bench.Shell("git -C source remote add origin https://example.org/elsewhere.git");
        Assert.Contains(
            "git+https://example.org/elsewhere.git#",
            Build("--version", "3-1").Succeeds().Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void With_all_options_nothing_is_assumed() =>
        Assert.DoesNotContain("assumed", _bench.Build().Succeeds().Error, StringComparison.Ordinal);

    private RunResult Build(params string[] more) =>
        _bench.Run([
            "build",
            "--recipe",
            _bench["recipe"],
            "--source",
            _bench["source"],
            "--out",
            _bench["out"],
            .. more,
        ]);

    private void Commit(params string[] tags) =>
        _bench.Shell(
            $"cd source && {Git} init -q && echo x > x && {Git} add -A && "
                + $"GIT_COMMITTER_DATE='2026-01-02T03:04:05Z' {Git} commit -qm one"
                + string.Concat(tags.Select(tag => $" && {Git} tag {tag}"))
        );
}
