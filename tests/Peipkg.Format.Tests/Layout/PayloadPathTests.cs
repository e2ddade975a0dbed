using System.Text;
using Peipkg.Format.Layout;

namespace Peipkg.Format.Tests.Layout;

public sealed class PayloadPathTests
{
    [Theory]
    [InlineData("usr")]
    [InlineData("usr/bin/nginx")]
    [InlineData("usr/share/a b/c*d?e'f\"g<h>|")]
    [InlineData("usr/share/caf\u00e9/\u65e5\u672c/\U0001F600")]
    [InlineData("...")]
    [InlineData("a/..b/c../.d")]
    [InlineData(".peipkg2/x")]
    [InlineData("usr/.peipkg/x")]
    [InlineData("%2e%2e/x")]
    public void A_path_is_accepted(string path)
    {
        Assert.True(PayloadPath.TryValidate(path, out var error), error);
        Assert.Null(error);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/usr", "starts with '/'")]
    [InlineData("usr/", "ends with '/'")]
    [InlineData("/", "starts with '/'")]
    [InlineData("usr//bin", "empty component")]
    [InlineData(".", "'.'")]
    [InlineData("usr/./bin", "'.'")]
    [InlineData("..", "'..'")]
    [InlineData("usr/../etc/passwd", "'..'")]
    [InlineData("usr/bin/..", "'..'")]
    [InlineData("usr\\bin", "backslash at position 4")]
    [InlineData("usr/a\nb", "U+000A at position 6")]
    [InlineData("usr/a\0", "U+0000")]
    [InlineData("usr/a\u001fb", "U+001F")]
    [InlineData("usr/a\u007fb", "U+007F")]
    [InlineData("usr/cafe\u0301", "normalization form C")]
    [InlineData("usr/\u212b", "normalization form C")]
    [InlineData(".peipkg", "belongs to the package format")]
    [InlineData(".peipkg/x", "belongs to the package format")]
    public void A_path_is_refused_with_the_reason(string path, string reason)
    {
        Assert.False(PayloadPath.TryValidate(path, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_surrogate_is_no_path() => Assert.False(PayloadPath.TryValidate("usr/\ud800x", out _));

    [Fact]
    public void Limits_count_utf8_bytes()
    {
        Check(new string('a', 255), true);
        Check(new string('a', 256), false);
        Check(new string('\u00e9', 127) + "a", true);
        Check(new string('\u00e9', 128), false);
        var longest = string.Join('/', Enumerable.Repeat(new string('a', 255), 16));
        Check(longest, true);
        Check(longest + "/a", false);
        Check(string.Join('/', Enumerable.Repeat("a", 256)), true);
        Check(string.Join('/', Enumerable.Repeat("a", 257)), false);
        Check(string.Join('/', Enumerable.Repeat(new string('\u65e5', 85), 16)), true);
        Check(string.Join('/', Enumerable.Repeat(new string('\u65e5', 85), 17)), false);
        Check(new string('/', 50_000_000), false);

        static void Check(string path, bool expected) => Assert.Equal(expected, PayloadPath.TryValidate(path, out _));
    }

    [Fact]
    public void Paths_order_by_their_utf8_bytes()
    {
        var random = new Random(4);
        for (var round = 0; round < 5000; round++)
        {
            var a = RandomText.Any(random, 4);
            var b = random.Next(3) == 0 ? a + RandomText.Any(random, 2) : RandomText.Any(random, 4);
            var expected = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
            Assert.Equal(Math.Sign(expected), Math.Sign(PayloadPath.Compare(a, b)));
        }

        Assert.Equal(
            ["a-", "a/", "a0", "\uffff", "\U00010000"],
            new[] { "\U00010000", "a0", "\uffff", "a/", "a-" }.Order(PayloadPath.Order)
        );
    }

    [Theory]
    [InlineData("usr/bin/a", "b", "usr/bin/b")]
    [InlineData("usr/bin/a", "../lib/x", "usr/lib/x")]
    [InlineData("usr/bin/a", "./..//share/./x/", "usr/share/x")]
    [InlineData("usr/bin/a", "../..", "")]
    [InlineData("a", "b/../c", "c")]
    [InlineData("a", "b", "b")]
    [InlineData("a/b/c", "../../d", "d")]
    [InlineData("a/b/c", "../", "a")]
    [InlineData("a/b/c", "../.d/e", "a/.d/e")]
    [InlineData("a/b/c", "..d/...", "a/b/..d/...")]
    [InlineData("a/b/c", "d/./e", "a/b/d/e")]
    [InlineData("a/b/c", "d//e/", "a/b/d/e")]
    [InlineData("usr/bin/a", "../../etc/\u00e9", "etc/\u00e9")]
    public void A_target_is_resolved_lexically(string link, string target, string expected)
    {
        Assert.True(SymlinkTarget.TryValidate(link, target, out var error), error);
        Assert.Equal(expected, SymlinkTarget.Resolve(link, target));
    }

    [Theory]
    [InlineData("usr/bin/a", "", "empty")]
    [InlineData("usr/bin/a", "/etc/passwd", "absolute")]
    [InlineData("usr/bin/a", "../../../etc", "leads out")]
    [InlineData("usr/bin/a", "../../../usr/bin/b", "leads out")]
    [InlineData("a", "..", "leads out")]
    [InlineData("usr/bin/a", "b\\c", "backslash")]
    [InlineData("usr/bin/a", "b\u0001", "U+0001")]
    [InlineData("usr/bin/a", "e\u0301", "normalization form C")]
    public void A_target_is_refused_with_the_reason(string link, string target, string reason)
    {
        Assert.False(SymlinkTarget.TryValidate(link, target, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_keeps_to_the_limits_of_paths()
    {
        Assert.True(SymlinkTarget.TryValidate("a/b", new string('t', 255), out _));
        Assert.False(SymlinkTarget.TryValidate("a/b", new string('t', 256), out _));
        Assert.False(SymlinkTarget.TryValidate("a/b", string.Concat(Enumerable.Repeat("t/", 257)), out _));
        Assert.False(SymlinkTarget.TryValidate("a/b", string.Concat(Enumerable.Repeat("./", 2049)), out _));
    }
}
