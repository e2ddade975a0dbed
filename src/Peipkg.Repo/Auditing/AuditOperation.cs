using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Site;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Auditing;

/// <summary>Audits a repository as it lies on the disk, changing nothing.</summary>
internal static class AuditOperation
{
    /// <summary>Audits and reports.</summary>
    /// <param name="location">The repository.</param>
    /// <param name="below">What the repositories below advertise, which consumers have besides.</param>
    /// <param name="json">Whether to report in JSON.</param>
    /// <param name="context">The world.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Failure when there is an error among the findings.</returns>
    internal static int Run(
        string location,
        IReadOnlyList<IndexEntry> below,
        bool json,
        OperationContext context,
        CancellationToken stop
    )
    {
        RepositoryView view = RepositoryView.Open(location, context);
        int rebuilt = 0;
        IReadOnlyList<AuditFinding> findings = Audit(
            view,
            new ContentSource(location, stop),
            content => Interlocked.Add(ref rebuilt, IsRebuilt(content) ? 1 : 0),
            below,
            context,
            stop
        );
        WarnOfSize(RepositoryLayout.ActiveIndex, view.Active, context);
        WarnOfSize(RepositoryLayout.ArchiveIndex, view.Archive, context);
        int errors = Count(findings, AuditSeverity.Error);
        if (json)
        {
            JsonReport.Write(context.Output, writer => WriteJson(writer, view, findings, rebuilt));
        }
        else
        {
            foreach (IGrouping<object, AuditFinding> group in findings.GroupBy(SameLack))
            {
                context.Output.WriteLine(TerminalText.Escape(Text([.. group])));
            }

            context.Output.WriteLine(
                $"{Counted.Text(view.Active.Rows.Count, "package")} audited: {Counted.Text(errors, "error")}, "
                    + $"{Counted.Text(Count(findings, AuditSeverity.Warning), "warning")}, "
                    + Counted.Text(Count(findings, AuditSeverity.Notice), "notice")
                    + (rebuilt > 0 ? $"; {rebuilt} rebuilt by others with the same bytes" : "")
            );
        }

        return errors > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>Findings that lack one name for one reason are one line: whoever publishes it mends them all.</summary>
    private static object SameLack(AuditFinding finding) =>
        finding.Missing is { } missing ? (finding.Rule, missing.Name, missing.Reason) : finding;

    private static string Text(IReadOnlyList<AuditFinding> alike)
    {
        AuditRule rule = alike[0].Rule;
        return alike.Count == 1
            ? alike[0].ToString()
            : $"{rule.SeverityText}: {alike[0].Missing!.Name}: {alike[0].Missing!.Reason}, but "
                + $"{string.Join(", ", alike.Select(static finding => finding.Missing!.Dependent))}; {rule.Remedy} ({rule.Id})";
    }

    private static void WarnOfSize(string document, IndexSheet sheet, OperationContext context)
    {
        if (IndexSize.Warning(document, IndexSize.Of(sheet.Rows)) is { } warning)
        {
            context.Diagnostics.Warning(warning);
        }
    }

    private static IReadOnlyList<AuditFinding> Audit(
        RepositoryView view,
        ContentSource source,
        Action<PackageContent?> look,
        IReadOnlyList<IndexEntry> below,
        OperationContext context,
        CancellationToken stop
    )
    {
        using ProgressPhase progress = context.Diagnostics.Begin("looking into", "packages", view.Active.Rows.Count);
        return RepositoryAudit.Run(
            view.Active.Rows,
            view.Descriptor.Edition,
            view.Keys,
            row =>
            {
                progress.Add(1, 0);
                PackageContent? content = source.Find(row);
                look(content);
                return content;
            },
            below,
            stop
        );
    }

    /// <summary>Writes findings as an array.</summary>
    internal static void WriteFindings(Utf8JsonWriter json, string name, IEnumerable<AuditFinding> findings)
    {
        json.WriteStartArray(name);
        foreach (AuditFinding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", finding.Rule.Id);
            json.WriteString("severity", finding.Rule.SeverityText);
            JsonReport.WriteStrings(json, "packages", finding.Packages);
            json.WriteString("message", finding.Message);
            json.WriteString("remedy", finding.Rule.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJson(
        Utf8JsonWriter json,
        RepositoryView view,
        IReadOnlyList<AuditFinding> findings,
        int rebuilt
    )
    {
        ListOperation.WriteHead(json, view);
        json.WriteNumber("audited", view.Active.Rows.Count);
        json.WriteNumber("errors", Count(findings, AuditSeverity.Error));
        json.WriteNumber("warnings", Count(findings, AuditSeverity.Warning));
        json.WriteNumber("notices", Count(findings, AuditSeverity.Notice));
        json.WriteNumber("rebuilt", rebuilt);
        WriteFindings(json, "findings", findings);
        WriteMissing(json, findings);
    }

    private static bool IsRebuilt(PackageContent? content) =>
        content?.Siblings.Rebuilds.Any(static note => note.Verdict == RebuildVerdict.Text(RebuildOutcome.Identical))
        == true;

    private static void WriteMissing(Utf8JsonWriter json, IReadOnlyList<AuditFinding> findings)
    {
        json.WriteStartArray("missing");
        foreach (
            IGrouping<string, AuditFinding> group in findings
                .Where(static finding => finding.Missing is not null)
                .GroupBy(static finding => finding.Missing!.Name, StringComparer.Ordinal)
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
        )
        {
            json.WriteStartObject();
            json.WriteString("name", group.Key);
            JsonReport.WriteStrings(json, "packages", group.Select(static finding => finding.Packages[0]).Distinct());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static int Count(IEnumerable<AuditFinding> findings, AuditSeverity severity) =>
        findings.Count(finding => finding.Rule.Severity == severity);
}
