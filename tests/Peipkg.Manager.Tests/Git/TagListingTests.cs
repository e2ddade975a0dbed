using System.Text;
using Peipkg.Manager.Git;
using Peipkg.Manager.Upstreams;

namespace Peipkg.Manager.Tests.Git;

public class TagListingTests
{
    private static readonly string A = new('a', 40);
    private static readonly string B = new('b', 40);

    private static IReadOnlyList<ListedTag> Parse(string text) => TagListing.Parse(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Annotated_tags_are_peeled_and_others_are_their_own_commit() =>
        Assert.Equal(
            [new ListedTag("v1", A, B), new ListedTag("release/2", B, B)],
            Parse($"{A}\trefs/tags/v1\n{B}\trefs/tags/v1^{{}}\n{B}\trefs/tags/release/2\n")
        );

    [Fact]
    public void Lines_that_are_no_tags_are_passed_over() =>
        Assert.Empty(
            Parse(
                $"{A}\trefs/heads/v1\n{A} refs/tags/v1\nxyz\trefs/tags/v1\n{A}\trefs/tags/v1^{{}}\n\n\t\n{new string('z', 40)}\trefs/tags/v1"
            )
        );

    [Fact]
    public void The_first_of_two_lines_for_one_name_counts() =>
        Assert.Equal([new ListedTag("v1", A, A)], Parse($"{A}\trefs/tags/v1\n{B}\trefs/tags/v1\n"));

    [Fact]
    public void Invalid_utf8_and_endless_names_are_passed_over()
    {
        byte[] bad = [.. Encoding.ASCII.GetBytes($"{A}\trefs/tags/v"), 0xff, (byte)'\n'];
        Assert.Empty(TagListing.Parse(bad));
        Assert.Empty(Parse($"{A}\trefs/tags/{new string('v', 1_000_000)}\n"));
    }

    [Theory]
    [InlineData("v1.0", true)]
    [InlineData("--upload-pack=x", true)]
    [InlineData("v1$(id)", true)]
    [InlineData("release/v1", true)]
    [InlineData("../../x", false)]
    [InlineData("a/../b", false)]
    [InlineData("a//b", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a.", false)]
    [InlineData(".a", false)]
    [InlineData("a/.b", false)]
    [InlineData("a.lock", false)]
    [InlineData("a.lock/b", false)]
    [InlineData("a b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a~1", false)]
    [InlineData("a^", false)]
    [InlineData("a:b", false)]
    [InlineData("a*", false)]
    [InlineData("a[", false)]
    [InlineData("a\\b", false)]
    [InlineData("a@{1}", false)]
    [InlineData("a\u0085b", false)]
    public void Only_names_that_git_itself_allows_are_usable(string name, bool usable) =>
        Assert.Equal(usable, TagName.IsUsable(name));

    [Fact]
    public void Fifty_thousand_tags_are_read_quickly()
    {
        StringBuilder text = new();
        for (int i = 0; i < 50_000; i++)
        {
            text.Append(A)
                .Append("\trefs/tags/v")
                .Append(i)
                .Append('\n')
                .Append(B)
                .Append("\trefs/tags/v")
                .Append(i)
                .Append("^{}\n");
        }

        Assert.Equal(50_000, Parse(text.ToString()).Count);
    }
}
