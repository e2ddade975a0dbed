using System.Text;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests.Sources;

public sealed class SourceLockTests
{
    private const string Good = """
        [[archive]]
        version = "1.2"
        url = "https://example.org/x-1.2.tar.gz"
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        size = 3
        timestamp = "2026-01-02T03:04:05Z"
        signer = "0F04ABCD"
        """;

    private static SourceLock Read(string text) =>
        SourceLock.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text), SourceLock.FileName));

    [Fact]
    public void What_is_read_is_written_as_it_was()
    {
        LockedArchive archive = Assert.Single(Read(Good).Archives);
        Assert.Equal(
            ("1.2", "https://example.org/x-1.2.tar.gz", 3L, "0F04ABCD"),
            (archive.Version, archive.Url, archive.Size, archive.Signer)
        );
        Assert.EndsWith(Good + "\n", Read(Good).Text(), StringComparison.Ordinal);
        Assert.Equal(Read(Good).Text(), Read(Read(Good).Text()).Text());
    }

    [Theory]
    [InlineData("\"1.2\"", "\"1 2\"", "\"1 2\" is no upstream version")]
    [InlineData("https://", "ftp://", "url")]
    [InlineData("x-1.2", "x\\\"\\nsize = 1", "url")]
    [InlineData("example.org", "ann@example.org", "it holds a user name")]
    [InlineData("e3b0", "E3B", "is no SHA-256")]
    [InlineData("0F04ABCD", "0F04\\\"\\n", "is no fingerprint of a key")]
    [InlineData("signer", "singer", "did you mean")]
    [InlineData("size = 3", "", "size")]
    public void What_no_lock_says_is_refused(string good, string bad, string told)
    {
        RecipeException exception = Assert.Throws<RecipeException>(() =>
            Read(Good.Replace(good, bad, StringComparison.Ordinal))
        );
        Assert.Contains(exception.Problems, problem => problem.ToString().Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void A_version_that_is_there_twice_is_refused()
    {
        RecipeException exception = Assert.Throws<RecipeException>(() => Read(Good + "\n" + Good));
        Assert.Contains("1.2 is there twice", Assert.Single(exception.Problems).ToString(), StringComparison.Ordinal);
    }
}
