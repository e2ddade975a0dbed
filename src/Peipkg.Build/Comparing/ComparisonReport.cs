using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.Comparing;

/// <summary>Reports comparisons, each as text when it is made, or all as one JSON document at the end.</summary>
/// <param name="json">Whether as JSON: an object with <c>identical</c> and <c>packages</c>.</param>
/// <param name="output">Where to.</param>
internal sealed class ComparisonReport(bool json, TextWriter output)
{
    private readonly List<ComparisonVerdict> _verdicts = [];
    private readonly List<ComparisonDocument.Omission> _unbuildable = [];
    private readonly List<ComparisonDocument.Omission> _untried = [];

    /// <summary>Whether every package was compared and is the same.</summary>
    private bool IsIdentical => _unbuildable.Count == 0 && _verdicts.TrueForAll(verdict => verdict.Identical);

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

    /// <summary>Adds a package whose build failed.</summary>
    internal void AddUnbuildable(string name, string reason) => Omit(_unbuildable, name, "could not be built", reason);

    /// <summary>Adds a package that nobody tried to build.</summary>
    internal void AddUntried(string name, string reason) => Omit(_untried, name, "not tried", reason);

    /// <summary>Ends the report.</summary>
    /// <returns>The exit code: failure when anything differs.</returns>
    internal int Finish()
    {
        if (json)
        {
            output.Write(
                JsonOutput.Text(
                    ComparisonDocument.Of(IsIdentical, _verdicts) with
                    {
                        Unbuildable = _unbuildable.Count > 0 ? [.. _unbuildable] : null,
                    },
                    ComparisonJson.Default.ComparisonDocument
                )
            );
        }

        return IsIdentical ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>Ends the report of packages of a repository, with a line or members that count them.</summary>
    /// <param name="known">How many were passed over because their verdicts are there.</param>
    /// <param name="requireAll">Whether it is a failure that one was not tried.</param>
    /// <returns>The exit code: failure when anything differs or could not be built.</returns>
    internal int FinishRepository(int known, bool requireAll)
    {
        int identical = _verdicts.Count(static verdict => verdict.Identical);
        if (json)
        {
            output.Write(
                JsonOutput.Text(
                    ComparisonDocument.Of(IsIdentical, _verdicts) with
                    {
                        Unbuildable = [.. _unbuildable],
                        Untried = [.. _untried],
                        Known = known,
                    },
                    ComparisonJson.Default.ComparisonDocument
                )
            );
        }
        else
        {
            output.WriteLine(
                $"{identical} identical, {_verdicts.Count - identical} different, {_unbuildable.Count} could not be built, "
                    + $"{_untried.Count} not tried{(known > 0 ? $", {known} with a verdict already" : "")}"
            );
        }

        return IsIdentical && !(requireAll && _untried.Count > 0) ? ExitCode.Success : ExitCode.Failure;
    }

    private void Omit(List<ComparisonDocument.Omission> list, string name, string what, string reason)
    {
        list.Add(new ComparisonDocument.Omission(name, reason));
        if (!json)
        {
            output.WriteLine($"{TerminalText.Escape(name)}: {what}: {TerminalText.Escape(reason)}");
        }
    }
}
