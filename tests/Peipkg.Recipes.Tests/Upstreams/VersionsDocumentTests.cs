using System.Text.RegularExpressions;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.Tests.Upstreams;

/// <summary>The patterns of <c>docs/versions.md</c> make of the tags there what the page says.</summary>
public sealed partial class VersionsDocumentTests
{
    [Fact]
    public void Every_pattern_makes_the_version_of_its_tag()
    {
        MatchCollection rows = Row().Matches(File.ReadAllText(Path.Combine(Root(), "docs/versions.md")));
        Assert.True(rows.Count >= 12);
        Assert.All(
            rows,
            row =>
            {
                Assert.True(
                    TagPattern.TryParse(row.Groups["pattern"].Value, out TagPattern pattern, out string? error),
                    error
                );
                Assert.Equal(row.Groups["version"].Value, pattern.UpstreamOf(row.Groups["tag"].Value));
                Assert.Null(pattern.UpstreamOf(row.Groups["tag"].Value + "_x"));
            }
        );
    }

    private static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Peipkg.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("the sources are not above the tests");
    }

    [GeneratedRegex(
        "^\\| [^|]+ \\| `(?<tag>[^`]+)` \\| `(?<pattern>\\^[^`]+)` \\| (?<version>[^ ]+) \\|$",
        RegexOptions.Multiline
    )]
    private static partial Regex Row();
}
