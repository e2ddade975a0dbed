using System.IO.Compression;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;
using SharpCompress.Compressors.ZStandard;

namespace Peipkg.Repo.Tests.Publishing;

/// <summary>Compressed copies beside documents, which belong to the same generation.</summary>
public sealed class PrecompressTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void Every_generation_keeps_them_until_they_are_not_wanted()
    {
        _fixture.InitWith("aa");
        Assert.Empty(Copies());
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(_fixture.Publish("--precompress"));
        AssertCopies();
        string[] names = Copies();
        Assert.Contains("index/archive.json.zst", names);
        Assert.Contains("index.html.br", names);
        Assert.Contains("site/packages.json.gz", names);

        _fixture.ClearNew();
        _fixture.Pack("cc");
        RepositoryFixture.Succeed(_fixture.Publish());
        AssertCopies();
        Change("withdraw", "cc=1.0-1", "--reason", "bad");
        AssertCopies();
        Change("describe", "--description", "New words");
        AssertCopies();
        RepositoryFixture.Succeed(RepoRun.Run("snapshot", "create", "now", "--repo", _fixture.Repo));
        Change("withdraw", "cc=1.0-1", "--undo");
        Change("rollback", "--to", "now");
        AssertCopies();

        _fixture.ClearNew();
        RepositoryFixture.Succeed(_fixture.Publish("--no-precompress"));
        Assert.Empty(Copies());
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void The_same_generation_has_the_same_copies()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(_fixture.Publish("--precompress", "--out", _fixture["one"]));
        RepositoryFixture.Succeed(_fixture.Publish("--precompress", "--out", _fixture["two"]));
        Assert.Equal(RepositoryFixture.Content(_fixture["one"]), RepositoryFixture.Content(_fixture["two"]));
    }

    [Fact]
    public void A_copy_of_something_else_is_found_and_made_anew()
    {
        _fixture.InitWith("aa");
        RepositoryFixture.Succeed(_fixture.Publish("--precompress"));
        File.Copy(_fixture["repo/index/active.json.gz"], _fixture["repo/index/archive.json.gz"], overwrite: true);
        File.WriteAllText(_fixture["repo/site/packages.json.zst"], "no frame");
        RunResult verified = _fixture.Verify();
        Assert.Equal(1, verified.Code);
        Assert.Contains("index/archive.json.gz: this is no compressed copy", verified.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Publish());
        RunResult mended = _fixture.Verify();
        RepositoryFixture.Succeed(mended);
        Assert.DoesNotContain("compressed copy", mended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Contradictions_are_refused()
    {
        _fixture.InitWith("aa");
        RunResult result = _fixture.Publish("--precompress", "--no-precompress");
        Assert.Equal(1, result.Code);
        Assert.Contains("contradict each other", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private void Change(string command, params string[] more) =>
        RepositoryFixture.Succeed(
            RepoRun.Run([
                command,
                .. more,
                "--repo",
                _fixture.Repo,
                "--sign-key",
                _fixture.KeyFile,
                "--timestamp",
                "2026-01-02T00:00:00Z",
            ])
        );

    private string[] Copies() =>
        [
            .. RepositoryFixture
                .Content(_fixture.Repo)
                .Keys.Where(static path => Path.GetExtension(path) is ".gz" or ".zst" or ".br")
                .Where(static path => !path.StartsWith('.')),
        ];

    private void AssertCopies()
    {
        RunResult verified = _fixture.Verify();
        RepositoryFixture.Succeed(verified);
        Assert.DoesNotContain("package browser", verified.Error, StringComparison.Ordinal);
        string[] copies = Copies();
        Assert.NotEmpty(copies);
        foreach (string copy in copies)
        {
            string extension = Path.GetExtension(copy);
            using FileStream file = File.OpenRead(_fixture["repo/" + copy]);
            using Stream plain = extension switch
            {
                ".gz" => new GZipStream(file, CompressionMode.Decompress),
                ".zst" => new DecompressionStream(file),
                _ => new BrotliStream(file, CompressionMode.Decompress),
            };
            using MemoryStream content = new();
            plain.CopyTo(content);
            Assert.Equal(File.ReadAllBytes(_fixture["repo/" + copy[..^extension.Length]]), content.ToArray());
        }
    }
}
