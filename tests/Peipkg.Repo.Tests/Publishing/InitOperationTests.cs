using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

public sealed class InitOperationTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Theory]
    [InlineData("peios-2", false)]
    [InlineData("Peios", true)]
    [InlineData("two words", true)]
    [InlineData("under_score", true)]
    [InlineData("double--hyphen", true)]
    public void A_name_that_is_not_in_kebab_case_gets_a_warning(string name, bool warned)
    {
        RunResult result = RepoRun.Run(
            "init",
            "--name",
            name,
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-01-01T00:00:00Z",
            "--out",
            _fixture.Repo
        );
        RepositoryFixture.Succeed(result);
        Assert.Equal(warned, result.Error.Contains("is not in kebab case", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_repository_verifies_and_has_exactly_its_documents()
    {
        RunResult result = _fixture.Init("--description", "A test");
        RepositoryFixture.Succeed(result);
        string fingerprint = _fixture.Key.PublicKey.Fingerprint.Text;
        Assert.Contains(_fixture.Key.PublicKey.Fingerprint.Grouped, result.Output, StringComparison.Ordinal);
        Assert.Equal(
            new[]
            {
                "index/active.json",
                "index/active.json.sig",
                "index/archive.json",
                "index/archive.json.sig",
                $"keys/{fingerprint}.pub",
                "repo.json",
                "repo.json.sig",
            },
            RepositoryFixture.Content(_fixture.Repo).Keys
        );
        Assert.Equal("A test", _fixture.Descriptor.Description);
        Assert.Equal(1ul, _fixture.Active.IndexVersion);
        Assert.Equal(
            "{\"schema_version\":1,\"repo\":\"test-repo\",\"kind\":\"archive\",\"index_version\":1,"
                + "\"generated_at\":\"2026-01-01T00:00:00Z\",\"packages\":[]}\n",
            File.ReadAllText(_fixture["repo/index/archive.json"])
        );
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void What_is_published_can_be_read_by_everybody()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        const UnixFileMode all = UnixFileMode.OtherRead;
        foreach (string path in Directory.EnumerateFileSystemEntries(_fixture.Repo, "*", SearchOption.AllDirectories))
        {
            Assert.True((File.GetUnixFileMode(path) & all) == all, path);
        }
    }

    [Fact]
    public void A_repository_is_never_initialised_again()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        SortedDictionary<string, string> before = RepositoryFixture.Content(_fixture.Repo);
        RunResult again = _fixture.Init();
        Assert.Equal(1, again.Code);
        Assert.Contains("is not empty", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, RepositoryFixture.Content(_fixture.Repo));
    }

    [Theory]
    [InlineData("--name", "a\nb")]
    [InlineData("--name", "a\u202eb")]
    [InlineData("--name", " a")]
    [InlineData("--description", "a\u001b[31m")]
    public void Texts_that_deceive_a_reader_are_refused(string option, string text)
    {
        string[] name = option == "--name" ? [] : ["--name", "x"];
        RunResult result = RepoRun.Run([
            "init",
            option,
            text,
            .. name,
            "--sign-key",
            _fixture.KeyFile,
            "--timestamp",
            "2026-01-01T00:00:00Z",
            "--out",
            _fixture.Repo,
        ]);
        Assert.Equal(1, result.Code);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_fixture.Repo));
    }

    [Fact]
    public void A_missing_key_leaves_nothing_behind()
    {
        File.Delete(_fixture.KeyFile);
        RunResult result = _fixture.Init();
        Assert.Equal(1, result.Code);
        Assert.Contains("keygen", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["new"],
            Directory.EnumerateFileSystemEntries(_fixture.Base).Select(static path => Path.GetFileName(path))
        );
    }

    [Fact]
    public void A_key_that_others_can_read_is_warned_of()
    {
        File.SetUnixFileMode(_fixture.KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        RunResult result = _fixture.Init();
        Assert.Equal(0, result.Code);
        Assert.Contains("warning: the private key", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_descriptor_names_the_key_as_active()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        DescriptorKey key = Assert.Single(_fixture.Descriptor.Keys);
        Assert.Equal(
            (_fixture.Key.PublicKey.Fingerprint, KeyStatus.Active, null),
            (key.Fingerprint, key.Status, key.ValidUntil)
        );
        Assert.Equal(
            key.Fingerprint,
            PublicKey.Load(File.ReadAllBytes(_fixture["repo" + key.Url]), key.Url).Fingerprint
        );
    }

    public void Dispose() => _fixture.Dispose();
}
