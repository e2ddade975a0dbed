using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Identity;

public sealed class NameTests
{
    [Theory]
    [InlineData("ab")]
    [InlineData("libstdc++")]
    [InlineData("g++")]
    [InlineData("lib32-foo")]
    [InlineData("python3.example")]
    [InlineData("0a")]
    [InlineData("a+-b")]
    [InlineData("a.+b")]
    [InlineData("a+.b")]
    [InlineData("a++++")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void A_package_name_is_accepted_and_is_a_virtual_name(string text)
    {
        Assert.Equal(text, PackageName.Parse(text).Text);
        VirtualName virtualName = PackageName.Parse(text);
        Assert.Equal(VirtualName.Parse(text), virtualName);
    }

    [Theory]
    [InlineData(null, "0 characters")]
    [InlineData("", "0 characters")]
    [InlineData("a", "1 character,")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345", "65 characters")]
    [InlineData("Nginx", "'N' at position 1")]
    [InlineData("a_b", "'_' at position 2")]
    [InlineData("a b", "a blank at position 2")]
    [InlineData("caf\u00e9", "U+00E9")]
    [InlineData("a\u001bb", "U+001B at position 2")]
    [InlineData("a/b", "'/'")]
    [InlineData("-ab", "starts with '-'")]
    [InlineData(".ab", "starts with '.'")]
    [InlineData("+ab", "starts with '+'")]
    [InlineData("ab-", "ends with '-'")]
    [InlineData("ab.", "ends with '.'")]
    [InlineData("a--b", "'--' at position 2")]
    [InlineData("a..b", "'..'")]
    [InlineData("a-.b", "'-.'")]
    [InlineData("a.-b", "'.-'")]
    public void A_package_name_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(PackageName.TryParse(text, out var name, out var error));
        Assert.Equal("", name.Text);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error);
        Assert.Contains(
            reason,
            Assert.Throws<FormatException>(() => PackageName.Parse(text!)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("pkgconfig(gtk+-3.0)")]
    [InlineData("a(b)")]
    [InlineData("perl5(Foo::Bar/baz_1)")]
    [InlineData("so(-)")]
    [InlineData("Foo_Bar")]
    [InlineData("a--b..c__d")]
    [InlineData("X+")]
    public void A_virtual_name_may_be_more_than_a_package_name(string text) =>
        Assert.Equal(text, VirtualName.Parse(text).ToString());

    [Fact]
    public void A_virtual_name_has_at_most_128_characters_in_either_form()
    {
        Assert.True(VirtualName.TryParse(new string('a', 128), out _, out _));
        Assert.False(VirtualName.TryParse(new string('a', 129), out _, out _));
        Assert.True(VirtualName.TryParse($"a({new string('b', 125)})", out _, out _));
        Assert.False(VirtualName.TryParse($"a({new string('b', 126)})", out _, out _));
    }

    [Theory]
    [InlineData("a", "1 character,")]
    [InlineData("_a", "starts with '_'")]
    [InlineData("a_", "ends with '_'")]
    [InlineData("a:b", "':' at position 2")]
    [InlineData("a)", "')'")]
    [InlineData("(b)", "before '('")]
    [InlineData("A(b)", "before '('")]
    [InlineData("1a(b)", "before '('")]
    [InlineData("a-b(c)", "before '('")]
    [InlineData("a()", "nothing between")]
    [InlineData("a(b", "does not end with ')'")]
    [InlineData("a(b)c", "does not end with ')'")]
    [InlineData("a((b)", "'(' at position 3")]
    [InlineData("a(b))", "')' at position 4")]
    [InlineData("a(b c)", "a blank at position 4")]
    [InlineData("a(\u00e9)", "U+00E9")]
    public void A_virtual_name_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(VirtualName.TryParse(text, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_order_by_bytes()
    {
        string[] sorted = ["a+b", "a-b", "a.b", "a0", "ab"];
        Assert.Equal(sorted, sorted.Reverse().Select(PackageName.Parse).Order().Select(name => name.Text));
        Assert.Equal(["Zz", "zz"], new[] { "zz", "Zz" }.Select(VirtualName.Parse).Order().Select(name => name.Text));
    }

    [Theory]
    [InlineData("x86_64", true, "x86_64-linux-peios")]
    [InlineData("aarch64", true, "aarch64-linux-peios")]
    [InlineData("noarch", true, null)]
    [InlineData("riscv64", false, null)]
    [InlineData("a", false, null)]
    [InlineData("a234567890123456", false, null)]
    public void Each_edition_says_for_which_architectures_packages_are_built(
        string text,
        bool supported,
        string? triplet
    )
    {
        var architecture = Architecture.Parse(text);
        Assert.All(
            Edition.All,
            edition =>
                Assert.Equal(
                    (supported, triplet),
                    (edition.Knows(architecture), edition.Layout.Find(architecture)?.Triplet)
                )
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("X86_64")]
    [InlineData("86")]
    [InlineData("_x")]
    [InlineData("x86-64")]
    [InlineData("a2345678901234567")]
    public void An_architecture_is_refused(string text) => Assert.False(Architecture.TryParse(text, out _, out _));

    [Theory]
    [InlineData("nginx_1.26.2-3_x86_64.peipkg", "nginx", "1.26.2-3", "x86_64")]
    [InlineData("libstdc++_2:13.2~rc.1-4_noarch.peipkg", "libstdc++", "2:13.2~rc.1-4", "noarch")]
    public void A_file_name_comes_apart_and_together(string file, string name, string version, string arch)
    {
        Assert.True(PackageFileName.TryParse(file, out var n, out var v, out var a, out _));
        Assert.Equal((name, version, arch), (n.Text, v.Text, a.Text));
        Assert.Equal(file, PackageFileName.Compose(n, v, a));
    }

    [Theory]
    [InlineData("nginx_1.26.2-3_x86_64.tar")]
    [InlineData("nginx_1.26.2-3.peipkg")]
    [InlineData("_1.26.2-3_x86_64.peipkg")]
    [InlineData("nginx_1.26.2_x86_64.peipkg")]
    [InlineData("nginx_1.26.2-3_.peipkg")]
    [InlineData("dir/nginx_1.26.2-3_x86_64.peipkg")]
    [InlineData(".peipkg")]
    [InlineData(null)]
    public void A_wrong_file_name_is_refused(string? file) =>
        Assert.False(PackageFileName.TryParse(file, out _, out _, out _, out _));

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0L)]
    [InlineData("2024-02-29T12:34:56Z", 1709210096L)]
    [InlineData("9999-12-31T23:59:59Z", 253402300799L)]
    public void A_timestamp_comes_back_as_it_was(string text, long seconds)
    {
        Assert.Equal(seconds, Timestamp.Parse(text).UnixSeconds);
        Assert.Equal(text, Timestamp.FromUnixSeconds(seconds).Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2024-02-30T00:00:00Z")]
    [InlineData("2024-13-01T00:00:00Z")]
    [InlineData("2023-02-29T00:00:00Z")]
    [InlineData("2024-01-01T24:00:00Z")]
    [InlineData("2024-01-01T23:59:60Z")]
    [InlineData("2024-01-01T00:00:00.0Z")]
    [InlineData("2024-01-01T00:00:00+00:00")]
    [InlineData("2024-01-01T00:00:00z")]
    [InlineData("2024-01-01t00:00:00Z")]
    [InlineData("2024-01-01 00:00:00Z")]
    [InlineData(" 2024-01-01T00:00:0Z")]
    [InlineData("2024-01-01T00:00:00Z\n")]
    [InlineData("02024-1-01T00:00:00Z")]
    public void A_timestamp_in_another_form_is_refused(string? text) =>
        Assert.False(Timestamp.TryParse(text, out _, out _));

    [Fact]
    public void A_timestamp_out_of_range_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Timestamp.FromUnixSeconds(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Timestamp.FromUnixSeconds(253402300800));
    }

    [Fact]
    public void Foreign_text_is_shown_without_its_power_over_a_terminal()
    {
        Assert.Equal("\"a\\\"b\\\\c\"", DisplayText.Quote("a\"b\\c"));
        Assert.Equal("\"\\u{1b}[31m\\u{a}\\u{9b}\\u{202e}é😀\"", DisplayText.Quote("\u001b[31m\n\u009b\u202eé😀"));
        Assert.Equal("\"\\u{d800}x\"", DisplayText.Quote("\ud800x"));
        Assert.True(DisplayText.Quote(new string('x', 5_000_000)).Length < 1100);
        Assert.Equal("a\\u{7f}\"", DisplayText.Escape("a\u007f\""));
    }
}
