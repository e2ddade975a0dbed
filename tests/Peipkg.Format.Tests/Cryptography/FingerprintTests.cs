using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Cryptography;

/// <summary>Fingerprints as documents write them and as people type them.</summary>
public sealed class FingerprintTests
{
    private static readonly string Text = new string('a', 63) + "0";

    [Fact]
    public void People_see_groups_of_four()
    {
        Assert.True(Fingerprint.TryParse(Text, out Fingerprint fingerprint, out _));
        Assert.Equal(string.Join(' ', Enumerable.Repeat("aaaa", 15)) + " aaa0", fingerprint.Grouped);
    }

    [Fact]
    public void What_people_see_they_may_type()
    {
        Assert.True(Fingerprint.TryParse(Text, out Fingerprint expected, out _));
        Assert.True(Fingerprint.TryParseTyped(expected.Grouped.ToUpperInvariant(), out Fingerprint typed, out _));
        Assert.True(Fingerprint.TryParseTyped(expected.Grouped.Replace(' ', ':'), out Fingerprint colons, out _));
        Assert.Equal(expected, typed);
        Assert.Equal(expected, colons);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    public void Other_lengths_are_none(string? text)
    {
        Assert.False(Fingerprint.TryParse(text, out _, out string? error));
        Assert.Contains("64", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_have_lower_case_only()
    {
        Assert.False(Fingerprint.TryParse(Text.ToUpperInvariant(), out _, out _));
        Assert.False(Fingerprint.TryParse(Text.Replace('0', 'g'), out _, out _));
    }
}
