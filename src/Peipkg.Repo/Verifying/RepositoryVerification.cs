using System.Text.Json;
using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Site;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>How closely packages are looked at.</summary>
internal enum PackageDepth
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Whether their bytes are those of the index.</summary>
    Bytes,

    /// <summary>Bytes, format, entry and signer.</summary>
    Whole,
}

/// <summary>What is to be verified.</summary>
internal sealed record VerificationRequest
{
    /// <summary>The repository's directory; null when it is fetched.</summary>
    internal string? Repo { get; init; }

    /// <summary>Where it is fetched from; null when it is a directory.</summary>
    internal RepositoryAddress? Address { get; init; }

    /// <summary>The keys one of which must have signed <c>repo.json</c>; empty for any that it lists.</summary>
    internal IReadOnlyList<Fingerprint> Anchors { get; init; } = [];

    /// <summary>The index_version seen before.</summary>
    internal ulong MinIndexVersion { get; init; }

    /// <summary>Whether to check documents, signatures and keys.</summary>
    internal required bool Metadata { get; init; }

    /// <summary>How closely to look at packages.</summary>
    internal required PackageDepth Packages { get; init; }

    /// <summary>Where packages lie; null when in the repository.</summary>
    internal string? AllPackages { get; init; }

    /// <summary>Whether a missing signature is no failure.</summary>
    internal bool AllowUnsigned { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}

/// <summary>Checks a repository in a directory or behind an address, changing nothing, and reports every problem it finds.</summary>
internal static class RepositoryVerification
{
    internal static int Run(VerificationRequest request, OperationContext context, CancellationToken stop)
    {
        Timestamp now = context.Now;
        request.Address?.WarnIfPlain(context.Diagnostics);

        using RepositoryReader repository = request.Address is { } address
            ? new RemoteRepositoryReader(address, request.Anchors, stop)
            : new LocalRepositoryReader(request.Repo!, request.AllPackages, context.Diagnostics);
        RepositorySnapshot snapshot = repository.ReadDocuments();
        VerificationFindings findings = new();
        ConsumerView view = new(
            now,
            request.AllowUnsigned,
            request.Anchors,
            request.MinIndexVersion,
            AnyPlaces: request.Address is not null
        );
        VerifiedDocuments documents = request.Metadata
            ? DocumentVerification.Run(repository, snapshot, view, findings)
            : DocumentVerification.ReadIndexes(snapshot, snapshot.Edition, findings);
        CheckCopies(request, snapshot, findings);
        if (request.Packages is not PackageDepth.None)
        {
            PackageTrust? trust =
                request.Packages is PackageDepth.Whole && documents is { Descriptor: { } descriptor, Keys: { } keys }
                    ? new PackageTrust(descriptor, keys, now, documents.Active?.Rows ?? [])
                    : null;
            IndexRow[] rows = [.. Distinct(documents.Active, documents.Archive)];
            string? siteRoot = request.Repo is { } directory && SiteLayout.IsIn(directory) ? directory : null;
            PackageVerification.Run(repository, rows, trust, siteRoot, findings, context.Diagnostics, stop);
            if (request.Repo is { } root && documents.Archive is { } archive)
            {
                StrayFiles.Find(root, archive.Rows, findings);
                if (siteRoot is not null && documents.Active is { } active && findings.Failures.Count == 0)
                {
                    SiteVerification.Run(root, snapshot, active, archive, findings);
                }
            }
        }

        return Report(request, repository.Location, documents, findings, context);
    }

    /// <summary>A web server that sends a copy of another generation sends what no signature fits.</summary>
    private static void CheckCopies(
        VerificationRequest request,
        RepositorySnapshot snapshot,
        VerificationFindings findings
    )
    {
        foreach (SignedDocument document in request.Repo is null ? [] : new[] { snapshot.Active, snapshot.Archive })
        {
            foreach (string suffix in RepositoryLayout.CopySuffixes)
            {
                string copy = document.Name + suffix;
                string path = Path.Combine(request.Repo!, copy);
                if (File.Exists(path) && !CompressedCopies.IsCopy(path, suffix, document.Content))
                {
                    findings.Fail(
                        "index-copy",
                        copy,
                        $"{copy}: this is no compressed copy of {document.Name}",
                        "publish again, with or without new packages, which makes it anew"
                    );
                }
            }
        }
    }

    private static int Report(
        VerificationRequest request,
        string location,
        VerifiedDocuments documents,
        VerificationFindings findings,
        OperationContext context
    )
    {
        foreach (VerificationFinding note in findings.Notes)
        {
            context.Diagnostics.Warning(note.ToString());
        }

        foreach (VerificationFinding failure in findings.Failures)
        {
            context.Diagnostics.Line($"FAIL: {failure}");
        }

        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteJson(json, location, documents, findings));
        }

        if (findings.Failures.Count > 0)
        {
            context.Diagnostics.Error(
                $"{location} does not verify: {Counted.Text(findings.Failures.Count, "problem")}"
            );
            return ExitCode.Failure;
        }

        if (!request.Json)
        {
            IndexSheet sheet =
                documents.Archive
                ?? throw new InvalidOperationException("An archive index that is missing is a finding.");
            string read = request.Packages switch
            {
                PackageDepth.None => "",
                PackageDepth.Bytes => $", {findings.Packages} package files hashed",
                _ => $", {Counted.Text(findings.Packages, "package")} verified",
            };
            context.Output.WriteLine(
                $"ok: \"{TerminalText.Escape(sheet.Repo)}\", index_version {sheet.IndexVersion} of {sheet.GeneratedAt}, "
                    + $"{documents.Active!.Rows.Count} active and {sheet.Rows.Count} archived packages{read}"
            );
        }

        return ExitCode.Success;
    }

    private static void WriteJson(
        Utf8JsonWriter json,
        string location,
        VerifiedDocuments documents,
        VerificationFindings findings
    )
    {
        json.WriteBoolean("ok", findings.Failures.Count == 0);
        json.WriteString("location", location);
        json.WriteString("repository", documents.Archive?.Repo);
        if (documents.Archive is { } archive)
        {
            json.WriteNumber("index_version", archive.IndexVersion);
            json.WriteString("generated_at", archive.GeneratedAt.Text);
            json.WriteNumber("archive", archive.Rows.Count);
        }

        if (documents.Active is { } active)
        {
            json.WriteNumber("active", active.Rows.Count);
        }

        json.WriteNumber("packages_read", findings.Packages);
        WriteFindings(json, "failures", findings.Failures);
        WriteFindings(json, "notes", findings.Notes);
    }

    private static void WriteFindings(Utf8JsonWriter json, string name, IReadOnlyList<VerificationFinding> findings)
    {
        json.WriteStartArray(name);
        foreach (VerificationFinding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("rule", finding.Rule);
            json.WriteString("file", finding.File);
            json.WriteString("problem", finding.Problem);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<IndexRow> Distinct(IndexSheet? active, IndexSheet? archive) =>
        (archive?.Rows ?? [])
            .Concat(active?.Rows ?? [])
            .DistinctBy(static row => (row.Name, row.Version, row.Architecture, row.Hash, row.Url));
}
