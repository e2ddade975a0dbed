using Peipkg.Manager.Operating;

namespace Peipkg.Manager.Tests.Operating;

public sealed class FarmTablesTests
{
    [Fact]
    public void Old_tags_that_are_passed_over_for_one_reason_are_one_row_and_a_few_are_themselves()
    {
        StringWriter output = new() { NewLine = "\n" };

        new FarmTables(output, null, DateTimeOffset.UnixEpoch).Write(
            new WhyDocument
            {
                Recipe = "zlib",
                Notes = [],
                Versions =
                [
                    new()
                    {
                        Version = "1.3-1",
                        Tag = "v1.3",
                        State = "done",
                        Verdict = "published",
                    },
                    .. Enumerable.Range(1, 60).Select(i => Ruled($"v0.{i}", "it is older than min_version 1.0")),
                    .. Enumerable.Range(1, 2).Select(i => Ruled($"v1.3-rc{i}", "it is a pre-release")),
                ],
            }
        );

        string shown = output.ToString();
        Assert.Contains("v1.3 ", shown, StringComparison.Ordinal);
        Assert.Contains("v0.1 and 59 more ", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("v0.2 ", shown, StringComparison.Ordinal);
        Assert.Contains("v1.3-rc1 ", shown, StringComparison.Ordinal);
        Assert.Contains("v1.3-rc2 ", shown, StringComparison.Ordinal);
    }

    private static WhyVersionDocument Ruled(string tag, string verdict) =>
        new()
        {
            Version = null,
            Tag = tag,
            State = null,
            Verdict = verdict,
        };
}
