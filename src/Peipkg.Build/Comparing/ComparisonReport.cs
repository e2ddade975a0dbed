using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Comparing;

/// <summary>Reports comparisons, each as text when it is made, or all as one JSON document at the end.</summary>
/// <param name="json">Whether as JSON: an object with <c>identical</c> and <c>packages</c>.</param>
/// <param name="output">Where to.</param>
internal sealed class ComparisonReport(bool json, TextWriter output)
{
    private readonly List<ComparisonVerdict> _verdicts = [];

    internal void Add(ComparisonVerdict verdict)
    {
        _verdicts.Add(verdict);
        if (!json)
        {
            string reason = verdict.Reason is null ? "" : $", {verdict.Reason}";
            output.WriteLine(
                $"{TerminalText.Escape(verdict.Name)}: {(verdict.Identical ? "identical" : "different")}{reason}"
            );
            output.Write(verdict.Difference.IsEmpty ? "" : DifferenceText.Write(verdict.Difference));
        }
    }

    /// <summary>Ends the report.</summary>
    /// <returns>The exit code: failure when anything differs.</returns>
    internal int Finish()
    {
        bool identical = _verdicts.TrueForAll(verdict => verdict.Identical);
        if (json)
        {
            output.Write(
                JsonOutput.Text(ComparisonDocument.Of(identical, _verdicts), ComparisonJson.Default.ComparisonDocument)
            );
        }

        return identical ? ExitCode.Success : ExitCode.Failure;
    }
}
