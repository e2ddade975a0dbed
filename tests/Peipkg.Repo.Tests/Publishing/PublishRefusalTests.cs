using Peipkg.Format.Editions;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>Publications that are refused before anything is staged, and their neighbours that are not.</summary>
public sealed class PublishRefusalTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new() { AllowFuture = false };

    public PublishRefusalTests() => _fixture.InitWith("aa");

    [Theory]
    [InlineData("2026-01-03T00:00:00Z", true)]
    [InlineData("2026-01-03T00:00:01Z", false)]
    [InlineData("2056-01-03T00:00:00Z", false)]
    public void A_leap_in_time_asks_for_allow_future(string time, bool isTaken)
    {
        _fixture.Pack("bb");
        RunResult result = _fixture.Publish("--timestamp", time);
        Assert.Equal(isTaken ? 0 : 1, result.Code);
        if (!isTaken)
        {
            Assert.Contains("--allow-future", result.Error, StringComparison.Ordinal);
            Assert.Contains("2026-01-02T00:00:00Z", result.Error, StringComparison.Ordinal);
            Assert.Contains("2025-12-31T00:00:00Z", result.Error, StringComparison.Ordinal);
            RepositoryFixture.Succeed(_fixture.Publish("--timestamp", time, "--allow-future"));
        }
    }

    [Theory]
    [InlineData("2026-03-02T00:00:00Z", true)]
    [InlineData("2026-03-02T00:00:01Z", false)]
    public void A_build_as_new_as_that_shows_that_there_is_no_leap(string time, bool isTaken)
    {
        new ForeignManifest("bb") { Headers = Edition.Psd009, Built = "2026-03-01T00:00:00Z" }.PackInto(_fixture.New);
        _fixture.Pack("cc");
        RunResult result = _fixture.Publish("--timestamp", time);
        Assert.Equal(isTaken ? 0 : 1, result.Code);
        Assert.Equal(
            !isTaken,
            result.Error.Contains("the newest build is of 2026-03-01T00:00:00Z", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(400, false)]
    public void A_version_too_long_for_a_file_name_names_its_file(int length, bool isTaken)
    {
        string version = new string('1', length - "long_-1_x86_64.peipkg".Length) + "-1";
        _fixture.Pack("long", version, file: "stranger.peipkg");
        _fixture.Pack("good");
        RunResult result = _fixture.Publish();
        Assert.Equal(isTaken ? 0 : 1, result.Code);
        Assert.Equal(!isTaken, result.Error.Contains("name-too-long", StringComparison.Ordinal));
        Assert.Contains("stranger.peipkg: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(isTaken, Directory.Exists(_fixture["repo/p/good"]));
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Quiet_prints_warnings_and_errors_only()
    {
        _fixture.Pack("bb", unsigned: true);
        RunResult result = _fixture.Publish("-q");
        RepositoryFixture.Succeed(result);
        Assert.Equal("", result.Output);
        Assert.Contains("warning:", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "published index_version 4",
            _fixture.Publish("--skip-existing").Output,
            StringComparison.Ordinal
        );
        Assert.StartsWith("{", _fixture.Publish("-q", "--json", "--skip-existing").Output, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();
}
