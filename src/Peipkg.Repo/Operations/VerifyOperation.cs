using Peipkg.CommandLine;
using Peipkg.Format.Identity;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Operations;

/// <summary>What is to be verified.</summary>
/// <param name="Repo">The repository's directory.</param>
/// <param name="Metadata">Whether to check documents, signatures and keys.</param>
/// <param name="Hashes">Whether to hash every package.</param>
/// <param name="AllPackages">Where packages lie; null when in the repository.</param>
/// <param name="AllowUnsigned">Whether a missing signature is no failure.</param>
internal sealed record VerifyRequest(string Repo, bool Metadata, bool Hashes, string? AllPackages, bool AllowUnsigned);

/// <summary>Checks a repository as it lies on the disk, changing nothing, and reports every problem it finds.</summary>
internal static class VerifyOperation
{
    internal static int Run(VerifyRequest request, OperationContext context, CancellationToken stop)
    {
        Timestamp now = Timestamp.FromUnixSeconds(
            Math.Clamp(context.Clock.GetUtcNow().ToUnixTimeSeconds(), 0, Timestamp.MaxValue.UnixSeconds));
        RepositorySnapshot snapshot = RepositorySnapshot.Read(request.Repo);
        Findings findings = new();
        (IndexSheet? active, IndexSheet? archive) = request.Metadata
            ? MetadataAudit.Run(snapshot, now, request.AllowUnsigned, findings)
            : MetadataAudit.ReadIndexes(snapshot, findings);
        if (request.Hashes)
        {
            HashAudit.Run(request.Repo, request.AllPackages, [.. Distinct(active, archive)], findings, context.Diagnostics, stop);
        }

        foreach (string note in findings.Notes)
        {
            context.Diagnostics.Warning(note);
        }

        foreach (string failure in findings.Failures)
        {
            context.Diagnostics.Line($"FAIL: {failure}");
        }

        if (findings.Failures.Count > 0)
        {
            context.Diagnostics.Error(
                $"{request.Repo} does not verify: {findings.Failures.Count} problem{(findings.Failures.Count == 1 ? "" : "s")}");
            return ExitCode.Failure;
        }

        IndexSheet sheet = archive ?? throw new InvalidOperationException("An archive index that is missing is a finding.");
        string hashed = request.Hashes ? $", {findings.Hashed} package files hashed" : "";
        context.Output.WriteLine(
            $"ok: \"{sheet.Repo}\", index_version {sheet.IndexVersion} of {sheet.GeneratedAt}, "
            + $"{active!.Rows.Count} active and {sheet.Rows.Count} archived packages{hashed}");
        return ExitCode.Success;
    }

    private static IEnumerable<IndexRow> Distinct(IndexSheet? active, IndexSheet? archive)
        => (archive?.Rows ?? []).Concat(active?.Rows ?? [])
            .DistinctBy(static row => (row.Name, row.Version, row.Architecture, row.Hash, row.Url));
}
