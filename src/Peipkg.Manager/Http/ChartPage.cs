using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Storage;
using Peipkg.Recipes;

namespace Peipkg.Manager.Http;

/// <summary>Charts of the latest days, with the same numbers in a table.</summary>
internal static class ChartPage
{
    /// <summary>How many days may be asked for.</summary>
    public static IReadOnlyList<int> Periods { get; } = [30, 90, 365];

    /// <summary>Writes the charts.</summary>
    /// <param name="html">The page.</param>
    /// <param name="days">Those on which something was counted, the oldest first.</param>
    /// <param name="today">The last day of the charts.</param>
    /// <param name="period">How many days they show.</param>
    public static void Write(HtmlText html, IReadOnlyList<DayTotal> days, DateOnly today, int period)
    {
        html.Raw("<p class=\"periods\">");
        foreach (int choice in Periods)
        {
            string text = $"{choice.ToString(CultureInfo.InvariantCulture)} days";
            _ =
                choice == period
                    ? html.Raw("<b aria-current=\"true\">").Text(text).Raw("</b> ")
                    : html.Link($"?days={choice.ToString(CultureInfo.InvariantCulture)}", text).Raw(" ");
        }

        html.Raw("</p>");
        long passed = days.Sum(day => day.Passed);
        long failed = days.Sum(day => day.Failed);
        if (passed + failed == 0 && days.All(day => day.Queued is null or 0))
        {
            html.Element("p", $"Nothing was built in these {period.ToString(CultureInfo.InvariantCulture)} days.");
            return;
        }

        Frame frame = new(today.AddDays(1 - period), period);
        html.Raw("<div class=\"charts\">");
        frame.Figure(
            html,
            "builds",
            "Attempts a day",
            $"{Number(passed)} passed, {Number(failed)} failed",
            Number(days.Max(day => day.Passed + day.Failed)),
            () => Builds(html, days, frame),
            "<span class=\"key good\">passed</span> <span class=\"key bad\">failed, below the line</span>"
        );
        frame.Figure(
            html,
            "rate",
            "Pass rate",
            passed + failed == 0 ? "no attempt ended" : $"{Percent(passed, failed)} of all attempts",
            "100 %",
            () =>
            {
                foreach (DayTotal day in days.Where(day => day.Passed + day.Failed > 0))
                {
                    double share = (double)day.Passed / (day.Passed + day.Failed);
                    frame.Bar(html, day.Day, 0, share, "rate", $"{Percent(day.Passed, day.Failed)} passed");
                }
            }
        );
        // Apart from each other: one build that takes hours would hide that all others take longer than last week.
        Durations(
            html,
            frame,
            "average",
            "Average duration",
            passed + failed == 0
                ? TimeSpan.Zero
                : TimeSpan.FromSeconds(
                    days.Sum(day => day.Mean.TotalSeconds * (day.Passed + day.Failed)) / (passed + failed)
                ),
            "on average",
            [.. days.Select(day => (day.Day, day.Mean))]
        );
        Durations(
            html,
            frame,
            "longest",
            "Longest duration",
            days.Max(day => day.Longest),
            "at most",
            [.. days.Select(day => (day.Day, day.Longest))]
        );
        if (days.Any(day => day.Queued is not null))
        {
            long most = days.Max(day => day.Queued ?? 0);
            frame.Figure(
                html,
                "queue",
                "Waiting versions",
                $"at most {Number(most)} at once",
                Number(most),
                () =>
                {
                    foreach (DayTotal day in days.Where(day => day.Queued > 0))
                    {
                        frame.Bar(
                            html,
                            day.Day,
                            0,
                            Share(day.Queued!.Value, most),
                            "queue",
                            $"{Number(day.Queued.Value)} waited at once"
                        );
                    }
                }
            );
        }

        html.Raw("</div>");
        Table(html, days);
    }

    // Failed ones go down from the line, so that nobody needs the colours.
    private static void Builds(HtmlText html, IReadOnlyList<DayTotal> days, Frame frame)
    {
        long up = days.Max(day => day.Passed);
        long down = days.Max(day => day.Failed);
        double line = up + down == 0 ? 0 : (double)down / (up + down);
        foreach (DayTotal day in days.Where(day => day.Passed + day.Failed > 0))
        {
            string text = $"{Number(day.Passed)} passed, {Number(day.Failed)} failed";
            frame.Bar(html, day.Day, line, line + Share(day.Passed, up + down), "passed", text);
            frame.Bar(html, day.Day, line - Share(day.Failed, up + down), line, "failed", text);
        }

        frame.Line(html, line);
    }

    private static void Durations(
        HtmlText html,
        Frame frame,
        string name,
        string title,
        TimeSpan whole,
        string word,
        IReadOnlyList<(DateOnly Day, TimeSpan Time)> days
    )
    {
        TimeSpan most = days.Max(day => day.Time);
        frame.Figure(
            html,
            name,
            title,
            most == TimeSpan.Zero ? "no attempt ended" : $"{Time(whole)} {word}",
            Time(most),
            () =>
            {
                foreach ((DateOnly day, TimeSpan time) in days)
                {
                    frame.Bar(html, day, 0, Share(time.Ticks, most.Ticks), "duration", $"{Time(time)} {word}");
                }
            }
        );
    }

    private static void Table(HtmlText html, IReadOnlyList<DayTotal> days)
    {
        html.Raw(
            "<details class=\"numbers\"><summary>The same in numbers</summary><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Numbers of each day\"><table><thead><tr>"
        );
        foreach (string column in (string[])["Day", "Passed", "Failed", "Pass rate", "Average", "Longest", "Waiting"])
        {
            html.Element("th scope=\"col\"", column);
        }

        html.Raw("</tr></thead><tbody>");
        foreach (DayTotal day in days.Reverse())
        {
            bool ended = day.Passed + day.Failed > 0;
            html.Raw("<tr>")
                .Element("td", Date(day.Day))
                .Element("td", Number(day.Passed))
                .Element("td", Number(day.Failed))
                .Element("td", ended ? Percent(day.Passed, day.Failed) : "–")
                .Element("td", ended ? Time(day.Mean) : "–")
                .Element("td", ended ? Time(day.Longest) : "–")
                .Element("td", day.Queued is { } queued ? Number(queued) : "–")
                .Raw("</tr>");
        }

        html.Raw("</tbody></table></div></details>");
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    // 99.97 % is not 100 %.
    private static string Percent(long passed, long failed)
    {
        double percent = Math.Floor(1000.0 * passed / (passed + failed)) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %");
    }

    private static string Time(TimeSpan time) =>
        GoDuration.Format(TimeSpan.FromSeconds(Math.Round(time.TotalSeconds, time.TotalSeconds < 10 ? 1 : 0)));

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The days along which all charts run. A picture holds no text, so it may be as wide as there is room.</summary>
    private sealed class Frame(DateOnly first, int days)
    {
        private const int Width = 10;
        private const int Height = 100;

        public void Figure(
            HtmlText html,
            string name,
            string title,
            string summary,
            string top,
            Action bars,
            string keys = ""
        )
        {
            string last = Date(first.AddDays(days - 1));
            html.Raw("<figure class=\"chart\"><figcaption><b>")
                .Text(title)
                .Raw("</b> ")
                .Element("span", summary)
                .Raw("</figcaption><div class=\"plot\"><span class=\"top\">")
                .Text(top)
                .Raw(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"</span><svg viewBox=\"0 0 {days * Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\" "
                    )
                )
                .Raw($"aria-labelledby=\"{name}-title {name}-summary\"><title id=\"{name}-title\">")
                .Text($"{title}, {Date(first)} to {last}")
                .Raw($"</title><desc id=\"{name}-summary\">")
                .Text(summary + ". The table below the charts has the number of each day.")
                .Raw("</desc>");
            bars();
            html.Raw("</svg></div><p class=\"ends\">")
                .Element("span", Date(first))
                .Element("span", last)
                .Raw("</p>")
                .Raw(keys.Length > 0 ? $"<p class=\"ends\">{keys}</p>" : "")
                .Raw("</figure>");
        }

        /// <summary>A bar, from and to a share of the height.</summary>
        public void Bar(HtmlText html, DateOnly day, double from, double to, string look, string text)
        {
            int at = day.DayNumber - first.DayNumber;
            if (at < 0 || at >= days || to <= from)
            {
                return;
            }

            html.Raw(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"<rect class=\"{look}\" x=\"{(at * Width) + 1}\" y=\"{(1 - to) * Height:0.##}\" width=\"{Width - 2}\" height=\"{(to - from) * Height:0.##}\"><title>"
                    )
                )
                .Text($"{Date(day)}: {text}")
                .Raw("</title></rect>");
        }

        /// <summary>A line across, at a share of the height.</summary>
        public void Line(HtmlText html, double at) =>
            html.Raw(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<line x1=\"0\" x2=\"{days * Width}\" y1=\"{(1 - at) * Height:0.##}\" y2=\"{(1 - at) * Height:0.##}\" vector-effect=\"non-scaling-stroke\"/>"
                )
            );
    }
}
