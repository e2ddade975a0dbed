using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>What was published stays published, and where it belongs.</summary>
public sealed class PublishedFilesTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void Skipping_what_exists_restores_a_published_file_that_was_lost()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish());
        File.Delete(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"]);
        RunResult result = _fixture.Publish("--skip-existing");
        RepositoryFixture.Succeed(result);
        Assert.Contains("is restored from", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void A_publication_opens_no_package_that_is_published_already()
    {
        _fixture.InitWith("aa", "bb");
        foreach (string package in Directory.GetFiles(_fixture["repo/p"], "*.peipkg", SearchOption.AllDirectories))
        {
            // Whoever opened a pipe would wait for ever.
            File.Delete(package);
            System.Diagnostics.Process.Start("mkfifo", [package]).WaitForExit();
        }

        _fixture.ClearNew();
        _fixture.Pack("aa", "1.1-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        Assert.Equal(3, _fixture.Archive.Packages.Count);
    }

    [Theory]
    [InlineData("repo", "repo/next")]
    [InlineData("repo", "repo/p/next")]
    public void A_repository_is_not_published_into_itself(string from, string to)
    {
        _fixture.InitWith("aa");
        RunResult result = _fixture.Publish("--in", _fixture[from], "--out", _fixture[to]);
        Assert.Equal(1, result.Code);
        Assert.Contains("one inside the other", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fixture[to]));
    }

    [Fact]
    public void A_rebuild_does_not_forget_what_a_verified_archive_names()
    {
        _fixture.InitWith("aa", "bb");
        Directory.CreateDirectory(_fixture["store"]);
        File.Copy(_fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"], _fixture["store/aa_1.0-1_x86_64.peipkg"]);
        string[] rebuild = ["--rebuild", "--all-packages-dir", _fixture["store"]];
        RunResult refused = _fixture.Publish(rebuild);
        Assert.Equal(1, refused.Code);
        Assert.Contains(
            "bb 1.0-1 x86_64 was published but its file is not there",
            refused.Error,
            StringComparison.Ordinal
        );
        Assert.Equal(2, _fixture.Archive.Packages.Count);
        RepositoryFixture.Succeed(_fixture.Publish([.. rebuild, "--forget-missing"]));
        Assert.Single(_fixture.Archive.Packages);
    }

    [Fact]
    public void A_symlink_among_the_packages_is_not_followed()
    {
        _fixture.InitWith("aa");
        _fixture.Pack("bb");
        Directory.CreateDirectory(_fixture["elsewhere/1.0-1"]);
        File.Copy(_fixture["new/bb_1.0-1_x86_64.peipkg"], _fixture["elsewhere/1.0-1/bb_1.0-1_x86_64.peipkg"]);
        File.CreateSymbolicLink(_fixture["repo/p/bb"], _fixture["elsewhere"]);
        RunResult result = _fixture.Publish();
        Assert.Equal(1, result.Code);
        Assert.Contains("is a symlink where a directory", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    public void Dispose() => _fixture.Dispose();
}
