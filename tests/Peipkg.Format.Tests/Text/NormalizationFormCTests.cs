using System.Text;
using Peipkg.Format.Tests.Vectors;
using Peipkg.Format.Text;

namespace Peipkg.Format.Tests.Text;

public sealed class NormalizationFormCTests
{
    [Fact]
    public void Agrees_with_the_sample_of_the_unicode_test_suite()
    {
        var rows = 0;
        foreach (var (line, fields) in VectorFile.Rows("normalization-sample.tsv"))
        {
            rows++;
            var text = string.Concat(fields[0].Split(' ').Select(hex => new Rune(Convert.ToInt32(hex, 16)).ToString()));
            Assert.True(NormalizationFormC.IsNormalized(text) == (fields[1] == "1"), $"line {line}: {fields[0]}");
        }

        Assert.True(rows > 600, $"only {rows} rows");
    }

    [Fact]
    public void Stays_fast_on_marks_out_of_order_and_on_long_sequences()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var round = 0; round < 20; round++)
        {
            Assert.False(NormalizationFormC.IsNormalized(new string('\u0301', 1000) + new string('\u0316', 1000)));
            Assert.True(NormalizationFormC.IsNormalized("x" + new string('\u0316', 1000) + new string('\u0301', 1000)));
            Assert.True(NormalizationFormC.IsNormalized(string.Concat(Enumerable.Repeat("\uac01\u4e00\u0416", 600))));
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
    }
}
