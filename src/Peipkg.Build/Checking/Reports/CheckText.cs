using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;

namespace Peipkg.Build.Checking.Reports;

/// <summary>The report of <c>check</c> for people.</summary>
internal static class CheckText
{
    internal static string Write(CheckReport report)
    {
        StringBuilder text = new();
        if (report.Tags is not null)
        {
            WriteTags(report.Tags, text);
        }

        foreach (Finding finding in report.Findings)
        {
            FindingText.Write(finding, text);
        }

        string counts = string.Join(
            ", ",
            new[] { Severity.Error, Severity.Warning, Severity.Note }
                .Select(severity => (Count: report.Count(severity), Name: severity.Text()))
                .Where(pair => pair.Count > 0)
                .Select(pair => Counted.Text(pair.Count, pair.Name))
        );
        return text.Append(Counted.Text(report.Recipes, "recipe"))
            .Append(" checked: ")
            .Append(counts.Length > 0 ? counts : "nothing to report")
            .Append('\n')
            .ToString();
    }

    private static void WriteTags(IReadOnlyList<TagReport.Tag> tags, StringBuilder text)
    {
        int width = tags.Count == 0 ? 0 : Math.Min(40, tags.Max(tag => TerminalText.Escape(tag.Name).Length));
        foreach (TagReport.Tag tag in tags)
        {
            text.Append(TerminalText.Escape(tag.Name).PadRight(width))
                .Append("  ")
                .Append(tag.Version is { } version ? $"-> {version}" : $"({TerminalText.Escape(tag.Reason!)})")
                .Append('\n');
        }

        text.Append(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{tags.Count(tag => tag.Version is not null)} of {Counted.Text(tags.Count, "tag")} would be built\n"
            )
        );
    }
}
