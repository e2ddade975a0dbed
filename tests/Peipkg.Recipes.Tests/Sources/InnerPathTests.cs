using Peipkg.Recipes.Sources;

namespace Peipkg.Recipes.Tests.Sources;

public sealed class InnerPathTests
{
    [Theory]
    [InlineData("a", true, true)]
    [InlineData("a/b..c/...", true, true)]
    [InlineData("./a", true, false)]
    [InlineData("a//b", true, false)]
    [InlineData("a/", true, false)]
    [InlineData(".", true, false)]
    [InlineData("", false, false)]
    [InlineData("/a", false, false)]
    [InlineData("..", false, false)]
    [InlineData("a/../b", false, false)]
    [InlineData("a\0b", false, false)]
    public void A_path_stays_inside_and_may_be_plain(string path, bool inside, bool plain)
    {
        Assert.Equal(inside, InnerPath.StaysInside(path));
        Assert.Equal(plain, InnerPath.IsPlain(path));
    }
}
