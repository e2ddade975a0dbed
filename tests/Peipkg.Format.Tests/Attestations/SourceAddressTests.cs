using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Attestations;

/// <summary>A source in the words of SPDX and of package URLs.</summary>
public sealed class SourceAddressTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private static readonly string Digest = new('a', Sha256Digest.TextLength);

    [Theory]
    [InlineData(
        "git+https://github.com/Madler/zlib.git#refs/tags/v1.3.1",
        "zlib",
        "git+https://github.com/Madler/zlib.git@v1.3.1",
        "pkg:github/madler/zlib@v1.3.1"
    )]
    [InlineData(
        "git+https://example.org/x/zlib#" + Commit,
        "zlib",
        "git+https://example.org/x/zlib@" + Commit,
        "pkg:generic/zlib@1.3.1?vcs_url=git%2Bhttps:%2F%2Fexample.org%2Fx%2Fzlib%40" + Commit
    )]
    [InlineData("git+git@example.org:x/zlib.git#refs/tags/v1", "zlib", null, null)]
    [InlineData("git+https://github.com/one#refs/tags/v1", "one", "git+https://github.com/one@v1", null)]
    [InlineData("https://example.org/zlib-1.3.1.tar.gz", "zlib", "https://example.org/zlib-1.3.1.tar.gz", null)]
    [InlineData("test://zlib", "zlib", null, "pkg:generic/zlib@1.3.1")]
    [InlineData("by hand", "by hand", null, "pkg:generic/by%20hand@1.3.1")]
    [InlineData("#", "source", null, "pkg:generic/source@1.3.1")]
    public void A_reference_names_the_source(string reference, string name, string? location, string? purl)
    {
        Material source = SourceAddress.Read(reference, null, "1.3.1");
        Assert.Equal((name, reference, location), (source.Name, source.Uri, SourceAddress.DownloadLocation(source)));
        Assert.StartsWith(purl ?? "pkg:generic/", PackageUrl.Of(source, "1.3.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_commit_is_the_one_that_is_known_else_the_one_that_the_reference_names()
    {
        Assert.Equal(Commit, SourceAddress.Read("git+https://example.org/x#" + Commit, null, "1").Commit);
        Assert.Equal(Commit, SourceAddress.Read("git+https://example.org/x#refs/tags/v1", Commit, "1").Commit);
        Assert.Null(SourceAddress.Read("git+https://example.org/x#refs/tags/v1", null, "1").Commit);
    }

    [Fact]
    public void A_locked_archive_has_its_digest()
    {
        Material source = SourceAddress.Read($"https://example.org/zlib-1.3.1.tar.gz#sha256={Digest}", null, "1.3.1");
        Assert.Equal(("zlib", "https://example.org/zlib-1.3.1.tar.gz"), (source.Name, source.Uri));
        Assert.Equal(Digest, source.Sha256.ToString());
        Assert.Equal(
            $"pkg:generic/zlib@1.3.1?checksum=sha256:{Digest}&download_url=https:%2F%2Fexample.org%2Fzlib-1.3.1.tar.gz",
            PackageUrl.Of(source, "1.3.1")
        );
    }
}
