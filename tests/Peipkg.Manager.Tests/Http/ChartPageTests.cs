using System.Text.RegularExpressions;
using System.Xml.Linq;
using Peipkg.Manager.Http;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Tests.Http;

public class ChartPageTests
{
    private static readonly DateOnly Today = new(2026, 5, 7);

    private static string Page(params DayTotal[] days) =>
        DashboardHtml.Made(html => ChartPage.Write(html, days, Today, 30));

    private static DayTotal Day(int ago, long passed, long failed, double mean, double longest, long? queued = null) =>
        new(Today.AddDays(-ago), passed, failed, TimeSpan.FromSeconds(mean), TimeSpan.FromSeconds(longest), queued);

    [Fact]
    public void Every_chart_has_a_title_a_description_and_its_numbers_in_the_table()
    {
        string page = Page(Day(29, 3, 1, 60, 100), Day(1, 0, 0, 0, 0, 7), Day(0, 2999, 1, 30, 50, 12));
        foreach (Match svg in Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline))
        {
            XElement picture = XElement.Parse(svg.Value);
            string[] labels = picture.Attribute("aria-labelledby")!.Value.Split(' ');
            Assert.Equal(labels, picture.Elements().Take(2).Select(element => element.Attribute("id")!.Value));
            double height = 100;
            Assert.All(
                picture.Elements("rect"),
                bar =>
                {
                    double top = (double)bar.Attribute("y")!;
                    Assert.InRange(top, 0, height);
                    Assert.InRange(top + (double)bar.Attribute("height")!, 0, height + 0.01);
                    Assert.InRange((int)bar.Attribute("x")!, 0, 299);
                    Assert.Matches("^2026-0[45]-[0-9]{2}: ", bar.Element("title")!.Value);
                }
            );
        }

        Assert.Equal(5, Regex.Count(page, "<svg"));
        Assert.Contains("3,002 passed, 2 failed", page, StringComparison.Ordinal);
        Assert.Contains("99.9 % of all attempts", page, StringComparison.Ordinal);
        Assert.Contains("at most 12 at once", page, StringComparison.Ordinal);
        Assert.Contains("1m40s at most", page, StringComparison.Ordinal);
        Assert.Contains(
            "<td>2026-04-08</td><td>3</td><td>1</td><td>75 %</td><td>1m0s</td><td>1m40s</td><td>–</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "<td>2026-05-06</td><td>0</td><td>0</td><td>–</td><td>–</td><td>–</td><td>7</td>",
            page,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_builds_it_says_so_and_a_queue_that_nobody_looked_at_has_no_chart()
    {
        Assert.Contains("Nothing was built in these 30 days.", Page(), StringComparison.Ordinal);
        Assert.Contains("Nothing was built", Page(Day(0, 0, 0, 0, 0, 0)), StringComparison.Ordinal);
        string page = Page(Day(3, 0, 5, 0, 0));
        Assert.Contains("0 % of all attempts", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting versions", page, StringComparison.Ordinal);
    }
}
