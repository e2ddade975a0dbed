using System.Text;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Tests.Sources;

public sealed class SourceSettingsTests
{
    [Theory]
    [InlineData("https://example.org/x-{{version}}.tar.xz", "https://example.org/x-2.78.1.tar.xz")]
    [InlineData("https://example.org/{{major}}/{{major_minor}}/x.tar", "https://example.org/2/2.78/x.tar")]
    public void An_address_is_that_of_a_version(string text, string expected)
    {
        Assert.True(ArchiveUrl.TryParse(text, out ArchiveUrl url, out _));
        Assert.Equal(expected, url.For("2.78.1"));
        Assert.Equal(Path.GetFileName(expected), url.FileName("2.78.1"));
    }

    [Theory]
    [InlineData("archive = \"ftp://example.org/x\"", "is not an http or https URL")]
    [InlineData("archive = \"https://me:secret@example.org/x\"", "it holds a user name")]
    [InlineData("archive = \"https://example.org/{{versoin}}\"", "is no placeholder; they are {{version}}")]
    [InlineData("root = \"x\"", "[source] needs archive, a string")]
    [InlineData("archive = \"https://example.org/x\"\nroot = \"../x\"", "is no directory of the archive")]
    [InlineData(
        "archive = \"https://example.org/x\"\nroot = \"x\"\nextract = false",
        "with extract = false there is no tree"
    )]
    [InlineData("archive = \"https://example.org/x\"\nsha256 = \"00\"", "unknown key \"sha256\" in [source]")]
    [InlineData("archive = \"https://example.org/x\"\npatches = \"../series\"", "is no file in the recipe directory")]
    [InlineData("archive = \"https://example.org/x\"\npatches = [\"[\"]", "is not a file pattern")]
    public void Mistakes_are_told(string text, string message)
    {
        TomlFile file = TomlFile.Parse(Encoding.UTF8.GetBytes("[source]\n" + text), "peipkg.toml");
        SourceSettings.Read(file);
        Assert.Contains(file.Problems.Errors, problem => problem.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_lock_is_read_as_it_was_written_and_refused_as_it_was_not()
    {
        string directory = Directory.CreateTempSubdirectory("peipkg-lock-").FullName;
        try
        {
            Assert.Empty(SourceLock.Load(directory).Archives);
            const string Good = """
                [[archive]]
                version = "1.2"
                url = "https://example.org/x"
                sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                size = 0
                timestamp = "2026-01-02T03:04:05Z"
                signer = "ABC"

                """;
            Write(Good);
            SourceLock known = SourceLock.Load(directory);
            Write(known.Text());
            Assert.Equal(known.Archives, SourceLock.Load(directory).Archives);
            foreach (
                (string text, string message) in new[]
                {
                    (Good + Good, "1.2 is there twice"),
                    (Good.Replace("e3b0", "E3B0", StringComparison.Ordinal), "is no SHA-256"),
                    (Good.Replace("\"1.2\"", "\"1 2\"", StringComparison.Ordinal), "is no upstream version"),
                    (Good.Replace("size", "sise", StringComparison.Ordinal), "unknown key \"sise\""),
                }
            )
            {
                Write(text);
                RecipeException exception = Assert.Throws<RecipeException>(() => SourceLock.Load(directory));
                Assert.Contains(
                    exception.Problems,
                    problem => problem.Message.Contains(message, StringComparison.Ordinal)
                );
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        void Write(string text) => File.WriteAllText(Path.Combine(directory, SourceLock.FileName), text);
    }
}
