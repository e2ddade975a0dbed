using Peipkg.Manager.Operating;

namespace Peipkg.Manager.Tests.Operating;

public class WhyRowTests
{
    private static WhyVersionDocument Version(int number, string state, string verdict) =>
        new()
        {
            Version = $"{number}-1",
            Tag = $"v{number}",
            State = state,
            Verdict = verdict,
        };

    [Fact]
    public void Versions_in_a_row_that_stand_alike_are_one_line()
    {
        List<WhyVersionDocument> versions =
        [
            Version(3001, "failed", "given up"),
            .. Enumerable.Range(1, 3000).Reverse().Select(n => Version(n, "done", "published")),
            new()
            {
                Version = null,
                Tag = "nightly",
                State = null,
                Verdict = "the recipe rules it out",
            },
        ];
        Assert.Equal(
            [
                new WhyRow("3001-1", "v3001", "failed", "given up"),
                new WhyRow("3000-1 … 1-1", "v3000 and 2999 more", "done", "published"),
                new WhyRow("-", "nightly", null, "the recipe rules it out"),
            ],
            WhyRow.Of(versions)
        );
    }

    [Fact]
    public void A_few_are_a_line_each() =>
        Assert.Equal(3, WhyRow.Of([.. Enumerable.Range(1, 3).Select(n => Version(n, "done", "published"))]).Count());
}
