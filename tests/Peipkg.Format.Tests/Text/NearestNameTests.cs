using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Text;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("homepag", "homepage")]
    [InlineData("hompeage", "homepage")]
    [InlineData("LICENSE", "license")]
    [InlineData("build-script", "build_script")]
    [InlineData("buildScript", "build_script")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_what_was_probably_meant(string word, string? expected) =>
        Assert.Equal(expected, NearestName.Find(word, ["license", "homepage", "source", "build_script"]));

    [Fact]
    public void Swapped_neighbours_are_one_edit()
    {
        Assert.Equal(1, NearestName.Distance("biuld", "build"));
        Assert.Equal(3, NearestName.Distance("kitten", "sitting"));
        Assert.Equal(0, NearestName.Distance("", ""));
        Assert.Equal(4, NearestName.Distance("", "abcd"));
    }
}
