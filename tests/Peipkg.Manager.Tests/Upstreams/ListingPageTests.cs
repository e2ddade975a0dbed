using System.Text;
using Peipkg.Manager.Upstreams;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Tests.Upstreams;

public class ListingPageTests
{
    [Theory]
    [InlineData("<a href=\"zlib-1.3.tar.gz\">zlib-1.3.tar.gz</a> 2026-01-02 1.4M")]
    [InlineData("<a href=\"/files/old/zlib-1.3.tar.gz?download=1#top\">the archive</a>")]
    [InlineData("[{\"browser_download_url\":\"https://example.org/releases/download/v1.3/zlib-1.3.tar.gz\"}]")]
    [InlineData("<Key>zlib/zlib-1.3.tar.gz</Key>")]
    [InlineData("-rw-r--r-- 1 ftp ftp 1400000 Jan 2 zlib-1.3.tar.gz\r\n")]
    [InlineData("href='zlib%2D1.3.tar.gz'")]
    public void Names_are_found_in_whatever_lists_them(string page) =>
        Assert.Equal(["zlib-1.3.tar.gz"], Names(page, @"^zlib-([0-9.]+)\.tar\.gz$"));

    [Fact]
    public void Each_name_comes_once_and_what_nobody_can_use_not_at_all()
    {
        string page =
            "x-1.0.tgz x-1.0.tgz x-1.1.tgz.asc x-1.2.tgz\u0007 "
            + $"x-{new string('1', 300)}.tgz x-%31.tgz x-..%2f3.tgz x-2.0.tgz";
        Assert.Equal(["x-1.0.tgz", "x-1.tgz", "x-2.0.tgz"], Names(page, @"^x-([0-9.]+)\.tgz$"));
        Assert.Empty(Names("", "^(.+)$"));
        Assert.Empty(ListingPage.Names([0xff, 0xfe, 0x00], Pattern("^x(.+)$")));
    }

    private static IReadOnlyList<string> Names(string page, string pattern) =>
        ListingPage.Names(Encoding.UTF8.GetBytes(page), Pattern(pattern));

    private static TagPattern Pattern(string text) =>
        TagPattern.TryParse(text, out TagPattern pattern, out string? error)
            ? pattern
            : throw new FormatException(error);
}
