using Peipkg.Format.Identity;

namespace Peipkg.Format.Tests.Identity;

public sealed class VersionTests
{
    [Theory]
    [InlineData("1.26.2-3", 0, "1.26.2", 3)]
    [InlineData("2:0.5.0-1", 2, "0.5.0", 1)]
    [InlineData("1.26.2-rc.1-1", 0, "1.26.2-rc.1", 1)]
    [InlineData("0:a-1", 0, "a", 1)]
    [InlineData("1--1", 0, "1-", 1)]
    [InlineData("9223372036854775807:1-9223372036854775807", long.MaxValue, "1", long.MaxValue)]
    [InlineData("1~+.--7", 0, "1~+.-", 7)]
    public void A_version_falls_into_its_parts(string text, long epoch, string upstream, long revision)
    {
        var version = PackageVersion.Parse(text);
        Assert.Equal(
            (text, epoch, upstream, revision),
            (version.Text, version.Epoch, version.Upstream, version.Revision)
        );
    }

    [Theory]
    [InlineData(null, "no revision")]
    [InlineData("", "no revision")]
    [InlineData("1.0", "no revision")]
    [InlineData("1.0-", "revision")]
    [InlineData("1.0-0", "revision")]
    [InlineData("1.0-01", "revision")]
    [InlineData("1.0-x", "revision")]
    [InlineData("1.0-+1", "revision")]
    [InlineData("1.0- 1", "revision")]
    [InlineData("1.0-9223372036854775808", "revision")]
    [InlineData("1.0-\u0661", "revision")]
    [InlineData("-1", "upstream version is empty")]
    [InlineData("1:-1", "upstream version is empty")]
    [InlineData(":1-1", "epoch")]
    [InlineData("01:1-1", "epoch")]
    [InlineData("00:1-1", "epoch")]
    [InlineData("-1:1-1", "epoch")]
    [InlineData("9223372036854775808:1-1", "epoch")]
    [InlineData("1:2:3-1", "':' at position 4")]
    [InlineData(".1-1", "starts with '.'")]
    [InlineData("~1-1", "starts with '~'")]
    [InlineData("1_0-1", "'_' at position 2")]
    [InlineData("1.0 -1", "a blank at position 4")]
    [InlineData("1.\u0661-1", "U+0661")]
    public void A_version_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(PackageVersion.TryParse(text, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0-1", false)]
    [InlineData("1.0-foo-1", false)]
    [InlineData("1.0~-1", false)]
    [InlineData("1.0~5-1", true)]
    [InlineData("1.0RC3-1", true)]
    [InlineData("16beta1-1", true)]
    [InlineData("1.0-alphabet-1", false)]
    public void A_pre_release_is_known_by_its_segments(string text, bool expected) =>
        Assert.Equal(expected, PackageVersion.Parse(text).IsPreRelease);

    [Theory]
    [InlineData("3.3a-1", true)]
    [InlineData("2024b-1", true)]
    [InlineData("1:1.1.1B-2", true)]
    [InlineData("1.1.1w-1", false)]
    [InlineData("3.3-1", false)]
    [InlineData("3.3a1-1", false)]
    [InlineData("3.3.a-1", false)]
    [InlineData("3.3-b-1", false)]
    [InlineData("3.3~1a-1", false)]
    [InlineData("3.3-rc1a-1", false)]
    [InlineData("3.3alpha-1", false)]
    [InlineData("a-1", false)]
    public void A_letter_release_ends_with_a_or_b_after_a_digit(string text, bool expected) =>
        Assert.Equal(expected, PackageVersion.Parse(text).IsLetterRelease);

    [Fact]
    public void Versions_of_equal_precedence_need_not_be_equal()
    {
        var (a, b) = (PackageVersion.Parse("1.0~alpha-1"), PackageVersion.Parse("1.0~a-1"));
        Assert.Equal(0, PackageVersion.Compare(a, b));
        Assert.NotEqual(a, b);
        Assert.Equal(a, PackageVersion.Parse("1.0~alpha-1"));
        Assert.Equal(0, PackageVersion.Compare(PackageVersion.Parse("1.007-1"), PackageVersion.Parse("0:1.7-1")));
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void Precedence_is_a_total_preorder_where_no_word_follows_the_start_of_a_pre_release()
    {
        // Words of rank 5 in a pre-release tail are the one exception, see below.
        string[] pieces = ["0", "00", "1", "12", "9999999999999999999999", ".", "+", "-", "foo", "Foo", "zz", "v"];
        string[] tail = ["", "", "~", "rc", "~rc", "a", "~dev", ".alpha", "BETA", "~1", "pre.2", "~~rc1", "~5.b"];
        var random = new Random(1);
        var versions = new List<PackageVersion>();
        while (versions.Count < 160)
        {
            var body = string.Concat(
                Enumerable.Range(0, random.Next(1, 5)).Select(_ => pieces[random.Next(pieces.Length)])
            );
            var text = $"{(random.Next(5) == 0 ? "1:" : "")}{body}{tail[random.Next(tail.Length)]}-{random.Next(1, 3)}";
            if (PackageVersion.TryParse(text, out var version, out _) && !HasWordInTail(version.Upstream))
            {
                versions.Add(version);
            }
        }

        foreach (var a in versions)
        {
            Assert.Equal(0, PackageVersion.Compare(a, a));
            foreach (var b in versions)
            {
                var ab = PackageVersion.Compare(a, b);
                Assert.Equal(-ab, PackageVersion.Compare(b, a));
                Assert.Equal(ab == 0, a.EqualityKey == b.EqualityKey);
                foreach (var c in versions)
                {
                    if (ab <= 0 && PackageVersion.Compare(b, c) <= 0)
                    {
                        Assert.True(PackageVersion.Compare(a, c) <= 0, $"{a} <= {b} <= {c}");
                    }
                }
            }
        }
    }

    [Fact]
    public void A_word_after_a_tilde_makes_precedence_go_in_a_circle_as_the_specification_has_it()
    {
        var (a, b, c) = (
            PackageVersion.Parse("1.foo.4-1"),
            PackageVersion.Parse("1~foo.5-1"),
            PackageVersion.Parse("1.0-1")
        );
        Assert.Equal(-1, PackageVersion.Compare(a, b));
        Assert.Equal(-1, PackageVersion.Compare(b, c));
        Assert.Equal(-1, PackageVersion.Compare(c, a));
    }

    [Fact]
    public void Comparison_is_antisymmetric_and_never_fails_for_any_version()
    {
        var random = new Random(2);
        var versions = new List<PackageVersion>();
        const string Alphabet = "0129aAbBcdelphrtvxyz.+-~";
        while (versions.Count < 400)
        {
            var text =
                string.Concat(
                    Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)])
                ) + "-1";
            if (PackageVersion.TryParse(text, out var version, out _))
            {
                versions.Add(version);
            }
        }

        foreach (var a in versions)
        {
            foreach (var b in versions)
            {
                Assert.Equal(-PackageVersion.Compare(a, b), PackageVersion.Compare(b, a));
            }
        }
    }

    [Fact]
    public void Numbers_of_any_length_compare_in_linear_time()
    {
        var a = PackageVersion.Parse(new string('9', 1_000_000) + "-1");
        var b = PackageVersion.Parse(new string('0', 1_000_000) + "1" + new string('0', 1_000_000) + "-1");
        Assert.Equal(-1, PackageVersion.Compare(a, b));
    }

    [Theory]
    [InlineData("1.0", 0, "1.0", null)]
    [InlineData("1.0-2", 0, "1.0", 2L)]
    [InlineData("3:1.0-rc.1", 3, "1.0-rc.1", null)]
    [InlineData("1.0-0", 0, "1.0-0", null)]
    [InlineData("1.0-", 0, "1.0-", null)]
    [InlineData("2024-01", 0, "2024-01", null)]
    [InlineData("1-9223372036854775808", 0, "1-9223372036854775808", null)]
    public void An_operand_may_lack_its_revision(string text, long epoch, string upstream, long? revision)
    {
        var operand = VersionOperand.Parse(text);
        Assert.Equal((epoch, upstream, revision), (operand.Epoch, operand.Upstream, operand.Revision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1:")]
    [InlineData("x:1")]
    [InlineData(" 1")]
    public void An_operand_is_refused(string text) => Assert.False(VersionOperand.TryParse(text, out _, out _));

    [Theory]
    [InlineData("1.0", "1.0-7", true)]
    [InlineData("= 1.0-6", "1.0-7", false)]
    [InlineData("\t>=\t1.0 ,<2\t", "1.5-1", true)]
    [InlineData(">1.0", "1.0-7", false)]
    [InlineData(">1.0-6", "1.0-7", true)]
    [InlineData("<=1.0", "1.0-7", true)]
    [InlineData("!=1.0", "1.0-7", false)]
    [InlineData(">=1,<2,!=1.5", "1.5-1", false)]
    [InlineData("= 1.0~alpha", "1.0~a-3", true)]
    [InlineData(">= 1.0", "0:1.0~rc1-1", false)]
    [InlineData("< 1", "1:0-1", false)]
    public void A_constraint_asks_every_term(string constraint, string version, bool expected) =>
        Assert.Equal(expected, VersionConstraint.Parse(constraint).IsSatisfiedBy(PackageVersion.Parse(version)));

    [Theory]
    [InlineData(null, "nothing")]
    [InlineData("", "nothing")]
    [InlineData(" ", "nothing")]
    [InlineData(",", "nothing")]
    [InlineData(">= 1,", "term 2")]
    [InlineData(",>= 1", "term 1")]
    [InlineData(">= 1,,< 2", "term 2")]
    [InlineData(">=", "no version after it")]
    [InlineData("==1", "'='")]
    [InlineData("> = 1", "'='")]
    [InlineData("=> 1", "'>'")]
    [InlineData("!1", "'!'")]
    [InlineData("~> 1", "'>'")]
    [InlineData(">= 1 2", "a blank")]
    [InlineData(">= 1\n", "U+000A")]
    public void A_constraint_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(VersionConstraint.TryParse(text, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constraint_keeps_its_spelling_and_shows_its_terms()
    {
        var constraint = VersionConstraint.Parse(" >=1.0-1,  2:3 , !=4");
        Assert.Equal(" >=1.0-1,  2:3 , !=4", constraint.Text);
        Assert.Equal(
            [
                (ConstraintOperator.GreaterOrEqual, "1.0-1"),
                (ConstraintOperator.Equal, "2:3"),
                (ConstraintOperator.NotEqual, "4"),
            ],
            constraint.Terms.Select(term => (term.Operator, term.Operand.Text))
        );
        Assert.Empty(default(VersionConstraint).Terms);
    }

    [Fact]
    [Trait("Speed", "slow")]
    public void A_constraint_of_a_million_terms_weighs_its_text_only()
    {
        var text = string.Join(',', Enumerable.Repeat(">=1", 1_000_000));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var constraint = VersionConstraint.Parse(text);
        Assert.True(constraint.IsSatisfiedBy(PackageVersion.Parse("2-1")));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    private static bool HasWordInTail(string upstream)
    {
        string[] ranked = ["dev", "alpha", "a", "beta", "b", "pre", "rc"];
        var inTail = false;
        var at = 0;
        while (at < upstream.Length)
        {
            if (!char.IsAsciiLetter(upstream[at]))
            {
                inTail |= upstream[at++] == '~';
                continue;
            }

            var end = at;
            while (end < upstream.Length && char.IsAsciiLetter(upstream[end]))
            {
                end++;
            }

            var isRanked = ranked.Contains(upstream[at..end], StringComparer.OrdinalIgnoreCase);
            if (inTail && !isRanked)
            {
                return true;
            }

            inTail |= isRanked;
            at = end;
        }

        return false;
    }
}
