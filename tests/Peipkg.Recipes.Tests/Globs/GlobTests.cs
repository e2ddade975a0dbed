using System.Diagnostics;
using Peipkg.Recipes.Globs;

namespace Peipkg.Recipes.Tests.Globs;

public sealed class GlobTests
{
    [Theory]
    [InlineData("usr/bin/hello", "usr/bin/hello", true)]
    [InlineData("usr/bin/hello", "usr/bin/hello2", false)]
    [InlineData("usr/bin/hello", "usr/bin", false)]
    [InlineData("usr/bin/*", "usr/bin/hello", true)]
    [InlineData("usr/bin/*", "usr/bin/.hidden", true)]
    [InlineData("usr/bin/*", "usr/bin/a/b", false)]
    [InlineData("usr/bin/*", "usr/bin", false)]
    [InlineData("usr/*/x", "usr/bin/x", true)]
    [InlineData("usr/*/x", "usr/a/b/x", false)]
    [InlineData("*.so", "libz.so", true)]
    [InlineData("*.so", "a/libz.so", false)]
    [InlineData("lib*.so.*", "libz.so.1.2", true)]
    [InlineData("lib*.so.*", "libz.so", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "aéc", true)]
    [InlineData("a?c", "a😀c", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a?c", "ac", false)]
    [InlineData("**", "a", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**/c", "c", true)]
    [InlineData("**/c", "a/c", true)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("**/c", "a/bc", false)]
    [InlineData("**/c", "a/c/d", false)]
    [InlineData("a/**", "a", true)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "ab", false)]
    [InlineData("a/**", "b/a/c", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**/z", "az", false)]
    [InlineData("a/**/z", "a/bz", false)]
    [InlineData("a/**/**/z", "a/z", true)]
    [InlineData("a/**/**", "a", true)]
    [InlineData("a/**/*", "a", false)]
    [InlineData("a/**/*", "a/b", true)]
    [InlineData("a/*/**", "a", false)]
    [InlineData("a/*/**", "a/b", true)]
    [InlineData("a/*/**", "a/b/c", true)]
    [InlineData("**/*.h", "x.h", true)]
    [InlineData("**/*.h", "usr/include/x.h", true)]
    [InlineData("a**", "abc", true)]
    [InlineData("a**", "ab/c", false)]
    [InlineData("**a", "ba", true)]
    [InlineData("**a", "b/a", false)]
    [InlineData("a/b**/c", "a/bx/c", true)]
    [InlineData("a/b**/c", "a/b/x/c", false)]
    [InlineData("[abc]x", "bx", true)]
    [InlineData("[abc]x", "dx", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("a[!b]c", "a/c", false)]
    [InlineData("a[+-9]c", "a/c", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[a\\-z]", "-", true)]
    [InlineData("[a\\-z]", "b", false)]
    [InlineData("[é-ü]", "ö", true)]
    [InlineData("[😀-😎]", "😃", true)]
    [InlineData("{a,b}", "a", true)]
    [InlineData("{a,b}", "c", false)]
    [InlineData("x{a,b}y", "xby", true)]
    [InlineData("x{,b}y", "xy", true)]
    [InlineData("x{a,{b,c}d}y", "xcdy", true)]
    [InlineData("x{a,{b,c}d}y", "xcy", false)]
    [InlineData("usr/{bin,sbin}/*", "usr/sbin/x", true)]
    [InlineData("{usr/bin,etc}/*", "etc/x", true)]
    [InlineData("{a,**}/z", "a/z", true)]
    [InlineData("{a,**}/z", "q/r/z", true)]
    [InlineData("{a,**}/z", "z", true)]
    [InlineData("a/{**,x}", "a", true)]
    [InlineData("a/{**,x}", "a/q/r", true)]
    [InlineData("a/{b,**/}z", "a/z", true)]
    [InlineData("a{/**,}", "a", true)]
    [InlineData("a{/**,}", "a/x/y", true)]
    [InlineData("a,b", "a,b", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\{a\\}", "{a}", true)]
    [InlineData("{a\\,b,c}", "a,b", true)]
    [InlineData("a]", "a]", true)]
    [InlineData("usr/share/my dir/é", "usr/share/my dir/é", true)]
    [InlineData("A", "a", false)]
    [InlineData("a/", "a", true)]
    [InlineData("var/**/", "var/lib/x", true)]
    public void Matches_as_documented(string pattern, string path, bool expected)
    {
        Assert.True(Glob.TryParse(pattern, out Glob glob, out string? error), error);
        Assert.Equal(expected, glob.IsMatch(path));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("/usr", "leave out the leading \"/\"")]
    [InlineData("usr//bin", "empty component")]
    [InlineData("usr//", "empty component")]
    [InlineData("./usr", "a \".\" component never matches")]
    [InlineData("usr/../bin", "a \"..\" component never matches")]
    [InlineData("[abc", "the \"[\" is never closed")]
    [InlineData("[", "the \"[\" is never closed")]
    [InlineData("[a-", "the \"[\" is never closed")]
    [InlineData("[]", "the class is empty")]
    [InlineData("[!]", "the class is empty")]
    [InlineData("[]a]", "the class is empty")]
    [InlineData("[z-a]", "the range \"z-a\" runs backwards")]
    [InlineData("x[a/b]", "a class cannot hold \"/\"")]
    [InlineData("{a,b", "the \"{\" is never closed")]
    [InlineData("{a,{b}", "the \"{\" is never closed")]
    [InlineData("a}", "the \"}\" closes nothing")]
    [InlineData("{}", "holds no alternatives")]
    [InlineData("a\\", "a lone \"\\\"")]
    [InlineData("[a\\", "a lone \"\\\"")]
    public void Refuses_what_is_no_pattern(string pattern, string reason)
    {
        Assert.False(Glob.TryParse(pattern, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_length_and_nesting()
    {
        Assert.False(Glob.TryParse(new string('a', 4097), out _, out string? error));
        Assert.Contains("longer than 4096", error, StringComparison.Ordinal);
        Assert.False(Glob.TryParse(new string('{', 2000), out _, out error));
        Assert.Contains("nested more than 32", error, StringComparison.Ordinal);
        Assert.False(Glob.TryParse("\ud800", out _, out error));
        Assert.Contains("is not a whole character", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_directories_from_files()
    {
        Assert.True(Glob.TryParse("var/lib/x/", out Glob glob, out _) && glob.ClaimsDirectories && glob.IsLiteral);
        Assert.True(Glob.TryParse("var/lib/**", out glob, out _) && !glob.ClaimsDirectories && !glob.IsLiteral);
    }

    [Theory]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}*b")]
    [InlineData("**/**/**/**/**/**/**/**/**/**/**/**/b")]
    [InlineData("{*,{*,{*,{*,{*,{*,{*,{*,*}*}*}*}*}*}*}*}b")]
    public void Hostile_patterns_take_no_longer_than_honest_ones(string pattern)
    {
        Assert.True(Glob.TryParse(pattern, out Glob glob, out _));
        string flat = new('a', 4000);
        string deep = string.Join('/', Enumerable.Repeat("aaaaaaa", 250));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.False(glob.IsMatch(flat));
        Assert.False(glob.IsMatch(deep));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }
}
