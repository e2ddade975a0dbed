using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Promoting;

/// <summary>What goes from one repository to another.</summary>
internal sealed record PromoteRequest
{
    /// <summary>Where it comes from.</summary>
    internal required RepositoryLocation From { get; init; }

    /// <summary>The keys one of which must have signed the source's <c>repo.json</c>.</summary>
    internal IReadOnlyList<Fingerprint> Anchors { get; init; } = [];

    /// <summary>The repository that it goes to.</summary>
    internal required string To { get; init; }

    /// <summary>The packages.</summary>
    internal required IReadOnlyList<PackageQuery> Packages { get; init; }

    /// <summary>The target's key.</summary>
    internal required string SignKey { get; init; }

    /// <summary>The time of the target's new indexes.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>Whether special system packages may install outside the layout.</summary>
    internal bool AllowSpecialSystem { get; init; }

    /// <summary>Whether packages may have the header forms of reference packers.</summary>
    internal bool AllowReferenceHeaders { get; init; }

    /// <summary>The least severity of new findings of the audit that stand against it; null for none.</summary>
    internal AuditSeverity? DenyAudit { get; init; } = AuditSeverity.Error;

    /// <summary>What the repositories below advertise, which the audit takes into account.</summary>
    internal IReadOnlyList<IndexEntry> Below { get; init; } = [];

    /// <summary>Whose verdicts of rebuilds count, and how many a package needs.</summary>
    internal RebuildPolicy Rebuilds { get; init; } = RebuildPolicy.None;

    /// <summary>What is said when the target has everything.</summary>
    internal string Nothing { get; init; } = "there is nothing to promote";

    /// <summary>Whether only to say what would change.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}

/// <summary>
/// Publishes packages of one repository in another, with all that they need: the same bytes with the same signatures, in
/// indexes signed by the target's key, and only if no advertised package of the target breaks by it.
/// </summary>
internal static class PromoteOperation
{
    internal static int Run(PromoteRequest request, OperationContext context, CancellationToken stop)
    {
        using RepositoryReader source = request.From.Open(request.Anchors, context.Diagnostics, stop);
        VerifiedDocuments documents = VerifiedSource.Read(
            source,
            source.ReadDocuments(),
            request.Anchors,
            request.From.Address is not null,
            context
        );
        return Take(request, source, documents, context, stop);
    }

    /// <summary>The same from a source whose documents are read already.</summary>
    internal static int Take(
        PromoteRequest request,
        RepositoryReader source,
        VerifiedDocuments documents,
        OperationContext context,
        CancellationToken stop
    )
    {
        PublishedState target = PublishedState.Load(
            RepositorySnapshot.Read(request.To),
            WriterChecks.JudgedAt(request.At, context.Clock),
            rebuild: false
        );
        if (documents.Descriptor!.Edition != target.Edition)
        {
            throw new UserErrorException(
                $"{source.Location} is of edition {documents.Descriptor.Edition} and {request.To} of {target.Edition}; packages go only "
                    + "between repositories of one edition, and migrate-edition moves one of them"
            );
        }

        PromotionClosure closure = PromotionClosure.Of(request.Packages, documents.Active!, documents.Archive!, target);
        foreach (IndexRow row in closure.There)
        {
            context.Diagnostics.Note($"{row} is in {request.To} already");
        }

        if (closure.Needed.Count > 0)
        {
            context.Diagnostics.Note(
                $"needed besides: {string.Join(", ", closure.Needed.Select(static row => row.ToString()))}"
            );
        }

        foreach (string need in closure.Unmet)
        {
            context.Diagnostics.Warning(need);
        }

        IndexRow[] rows = [.. closure.Named, .. closure.Needed];
        if (rows.Length == 0)
        {
            context.Diagnostics.Note($"{request.Nothing}, and nothing is changed");
            if (request.Json)
            {
                JsonReport.Write(context.Output, json => PublishReport.WriteUnchanged(json, target, request.DryRun));
            }

            return ExitCode.Success;
        }

        bool isLocal = request.From.Address is null;
        DirectoryInfo? fetched = isLocal ? null : Directory.CreateTempSubdirectory("peipkg-repo-");
        try
        {
            string[] files = new string[rows.Length];
            Workers.ForEach(
                [.. Enumerable.Range(0, rows.Length)],
                i =>
                    files[i] = isLocal
                        ? Locate(source, rows[i], stop)
                        : Fetch(source, rows[i], fetched!.FullName, stop),
                stop,
                source.Parallelism
            );
            return PublishOperation.Run(PublishRequestOf(request, target, files, isLocal), context, stop);
        }
        finally
        {
            fetched?.Delete(recursive: true);
        }
    }

    private static PublishRequest PublishRequestOf(
        PromoteRequest request,
        PublishedState target,
        IReadOnlyList<string> files,
        bool isLocal
    ) =>
        new()
        {
            In = request.To,
            Out = request.To,
            Files = files,
            FilesStay = isLocal,
            SignKey = request.SignKey,
            At = request.At,
            Template = UrlTemplate.Default,
            DenyAudit = request.DenyAudit,
            Below = request.Below,
            Rebuilds = request.Rebuilds,
            NoSite = target.Archive.Count > 0 && !SiteLayout.IsIn(request.To),

            // Packages mature in the source for as long as they like.
            AllowFuture = true,
            AllowSpecialSystem = request.AllowSpecialSystem,
            AllowReferenceHeaders = request.AllowReferenceHeaders,
            DryRun = request.DryRun,
            Json = request.Json,
        };

    private static string Locate(RepositoryReader source, IndexRow row, CancellationToken stop)
    {
        string? path = source.Find(row) is [var copy, ..] ? copy.Place : null;
        return path is not null && File.Exists(path) && HashedFile.Has(path, row.Size, row.Hash, stop)
            ? path
            : throw new UserErrorException(
                path is null
                    ? $"{row} is not in {source.Location}, which only names {row.Url}; fetch and publish it yourself"
                    : $"{path} is missing or damaged; restore it from a mirror or a backup"
            );
    }

    private static string Fetch(RepositoryReader source, IndexRow row, string directory, CancellationToken stop)
    {
        string file = Path.Combine(directory, row.FileName);
        foreach (PackageCopy copy in source.Find(row))
        {
            using Stream? stream = copy.Open();
            if (stream is null)
            {
                continue;
            }

            using (FileStream target = new(file, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                new BoundedStream(stream, row.Size).CopyTo(target);
            }

            SiblingCopies.Bring(source, row, file, stop);
            return HashedFile.Has(file, row.Size, row.Hash, stop)
                ? file
                : throw new UserErrorException($"{copy.Place} is not the package that the index names");
        }

        throw new UserErrorException($"{row} is in the index of {source.Location} but cannot be fetched");
    }
}
