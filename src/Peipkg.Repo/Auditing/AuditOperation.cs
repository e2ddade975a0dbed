using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Auditing;

/// <summary>Audits a repository as it lies on the disk, changing nothing.</summary>
internal static class AuditOperation
{
    /// <summary>Audits and reports.</summary>
    /// <returns>Failure when there is an error among the findings.</returns>
    internal static int Run(string location, bool json, OperationContext context, CancellationToken stop)
    {
        RepositoryView view = RepositoryView.Open(location, context);
        IReadOnlyList<AuditFinding> findings = Audit(view, new ContentSource(location, stop), context, stop);
        WarnOfSize(RepositoryLayout.ActiveIndex, view.Active, context);
        WarnOfSize(RepositoryLayout.ArchiveIndex, view.Archive, context);
        int errors = Count(findings, AuditSeverity.Error);
        if (json)
        {
            JsonReport.Write(context.Output, writer => WriteJson(writer, view, findings));
        }
        else
        {
            foreach (AuditFinding finding in findings)
            {
                context.Output.WriteLine(TerminalText.Escape(finding.ToString()));
            }

            context.Output.WriteLine(
                $"{Counted.Text(view.Active.Rows.Count, "package")} audited: {Counted.Text(errors, "error")}, "
                    + $"{Counted.Text(Count(findings, AuditSeverity.Warning), "warning")}, "
                    + Counted.Text(Count(findings, AuditSeverity.Notice), "notice")
            );
        }

        return errors > 0 ? ExitCode.Failure : ExitCode.Success;
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
                return source.Find(row);
            },
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

    private static void WriteJson(Utf8JsonWriter json, RepositoryView view, IReadOnlyList<AuditFinding> findings)
    {
        ListOperation.WriteHead(json, view);
        json.WriteNumber("audited", view.Active.Rows.Count);
        json.WriteNumber("errors", Count(findings, AuditSeverity.Error));
        json.WriteNumber("warnings", Count(findings, AuditSeverity.Warning));
        json.WriteNumber("notices", Count(findings, AuditSeverity.Notice));
        WriteFindings(json, "findings", findings);
    }

    private static int Count(IEnumerable<AuditFinding> findings, AuditSeverity severity) =>
        findings.Count(finding => finding.Rule.Severity == severity);
}
