using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Tests.Commands;
using Peipkg.Repo.Tests.World;

namespace Peipkg.Repo.Tests.Publishing;

public sealed class RebuildTests : IDisposable
{
    private readonly RepositoryFixture _fixture = new();

    [Fact]
    public void Indexes_come_back_the_same_from_the_packages()
    {
        Prepare();
        IReadOnlyList<IndexEntry> before = _fixture.Archive.Packages;
        File.WriteAllText(_fixture["repo/index/archive.json"], "{}");
        Assert.Equal(1, _fixture.Publish().Code);
        RepositoryFixture.Succeed(Rebuild());
        Assert.Equal(
            before.Select(static e => (e.Name, e.Version, e.Url, e.Hash)),
            _fixture.Archive.Packages.Select(static e => (e.Name, e.Version, e.Url, e.Hash))
        );
        Assert.Equal(4ul, _fixture.Archive.IndexVersion);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Theory]
    [InlineData("truncate", 4)]
    [InlineData("flip", 4)]
    [InlineData("signature", 4)]
    [InlineData("delete", 1767312000)]
    public void The_version_goes_on_from_whatever_can_be_read(string damage, ulong expected)
    {
        Prepare();
        foreach (string name in new[] { "active", "archive" })
        {
            string path = _fixture[$"repo/index/{name}.json"];
            byte[] bytes = File.ReadAllBytes(path);
            switch (damage)
            {
                case "truncate":
                    File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                    break;
                case "flip":
                    bytes[bytes.Length / 2] = 0xff;
                    File.WriteAllBytes(path, bytes);
                    break;
                case "signature":
                    File.Delete(path + ".sig");
                    break;
                default:
                    File.Delete(path);
                    break;
            }
        }

        RepositoryFixture.Succeed(Rebuild());
        Assert.Equal(expected, _fixture.Active.IndexVersion);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Old_entries_keep_their_urls()
    {
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.Pack("aa");
        RepositoryFixture.Succeed(_fixture.Publish("--package-url-template", "/pool/{filename}"));
        _fixture.Pack("bb");
        RepositoryFixture.Succeed(Rebuild("--all-packages-dir", _fixture.New));
        Assert.Equal(
            ["/pool/aa_1.0-1_x86_64.peipkg", "/p/bb/1.0-1/bb_1.0-1_x86_64.peipkg"],
            _fixture.Archive.Packages.Select(static entry => entry.Url)
        );
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Packages_that_are_not_there_any_more_are_named()
    {
        Prepare();
        Directory.Delete(_fixture["repo/p/bb"], recursive: true);
        RunResult result = Rebuild("--forget-missing");
        RepositoryFixture.Succeed(result);
        Assert.Contains(
            "warning: bb 1.0-1 x86_64 was published but its file is not in",
            result.Error,
            StringComparison.Ordinal
        );
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void New_packages_come_in_on_the_same_occasion()
    {
        Prepare();
        _fixture.Pack("zz");
        RepositoryFixture.Succeed(Rebuild("--new", _fixture.New));
        Assert.Equal(["aa", "bb", "zz"], _fixture.Active.Packages.Select(static entry => entry.Name.Text));
    }

    [Fact]
    public void A_package_of_a_key_that_has_gone_stays_when_it_was_published()
    {
        using SigningKey old = SigningKey.Generate();
        RepositoryFixture.Succeed(_fixture.Init());
        _fixture.List(old, KeyStatus.Active);
        _fixture.Pack("aa", signer: old);
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.List(old, KeyStatus.Revoked);
        RunResult result = Rebuild();
        RepositoryFixture.Succeed(result);
        Assert.Contains("published while the key counted", result.Error, StringComparison.Ordinal);

        _fixture.Pack("bb", signer: old);
        Assert.Equal(1, Rebuild("--new", _fixture.New).Code);
    }

    [Fact]
    public void An_intact_published_file_is_not_replaced()
    {
        Prepare();
        _fixture.Pack("aa", content: "other");
        RunResult result = Rebuild("--all-packages-dir", _fixture.New);
        Assert.Equal(1, result.Code);
        Assert.Contains("published-bytes-changed", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void A_changed_published_file_is_taken_as_it_is_with_a_warning()
    {
        Prepare();
        File.Copy(
            _fixture.Pack("aa", content: "other"),
            _fixture["repo/p/aa/1.0-1/aa_1.0-1_x86_64.peipkg"],
            overwrite: true
        );
        Assert.Equal(1, _fixture.Verify().Code);
        RunResult result = Rebuild();
        RepositoryFixture.Succeed(result);
        Assert.Contains("was published with other bytes", result.Error, StringComparison.Ordinal);
        RepositoryFixture.Succeed(_fixture.Verify());
    }

    [Fact]
    public void Without_a_descriptor_that_verifies_nothing_is_rebuilt()
    {
        Prepare();
        File.AppendAllText(_fixture["repo/repo.json"], " ");
        RunResult result = Rebuild();
        Assert.Equal(1, result.Code);
        Assert.Contains("repo.json is what consumers trust", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _fixture.Dispose();

    private void Prepare()
    {
        _fixture.InitWith("aa", "bb");
        _fixture.Pack("aa", "2.0-1");
        RepositoryFixture.Succeed(_fixture.Publish());
        _fixture.ClearNew();
    }

    private RunResult Rebuild(params string[] more) =>
        _fixture.Publish(
            more.Contains("--all-packages-dir")
                ? ["--rebuild", .. more]
                : ["--rebuild", "--all-packages-dir", _fixture["repo/p"], .. more]
        );
}
