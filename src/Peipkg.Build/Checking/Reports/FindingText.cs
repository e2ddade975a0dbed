using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Checking.Reports;

/// <summary>A finding for people: place, severity, message and rule, with the remedy below.</summary>
internal static class FindingText
{
    internal static void Write(Finding finding, StringBuilder text)
    {
        text.Append(Place(finding))
            .Append(finding.Severity.Text())
            .Append(": ")
            .Append(TerminalText.Escape(finding.Message, keepLines: true))
            .Append(CultureInfo.InvariantCulture, $" [{finding.Rule.Id}]\n    {finding.Remedy}\n");
    }

    private static string Place(Finding finding)
    {
        string file = finding.File is null ? "" : TerminalText.Escape(finding.File);
        return finding.Position is { } position
                ? string.Create(CultureInfo.InvariantCulture, $"{file}:{position.Line}:{position.Column}: ")
            : file.Length > 0 ? file + ": "
            : "";
    }
}
