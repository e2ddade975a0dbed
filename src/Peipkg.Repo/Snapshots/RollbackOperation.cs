using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Snapshots;

/// <summary>To which snapshot a repository goes back.</summary>
internal sealed record RollbackRequest
{
    /// <summary>The repository.</summary>
    internal required string Repo { get; init; }

    /// <summary>The snapshot's name.</summary>
    internal required string To { get; init; }

    /// <summary>The key that signs the new indexes.</summary>
    internal required string SignKey { get; init; }

    /// <summary>Their time.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>Whether only to say what would change.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}

/// <summary>
/// Makes a new, higher generation that offers what a snapshot offered, so that consumers follow. The archive forgets nothing
/// (§6.3): what was published since is marked as withdrawn, and what was pruned since comes back.
/// </summary>
internal static class RollbackOperation
{
    internal static int Run(RollbackRequest request, OperationContext context, CancellationToken stop)
    {
        using DocumentSigner signer = DocumentSigner.Load(request.SignKey, context.Diagnostics);
        using RepositoryLock? held =
            request.DryRun || !Directory.Exists(request.Repo) ? null : WriterChecks.Lock(request.Repo, context);
        Timestamp judgedAt = WriterChecks.JudgedAt(request.At, context.Clock);
        PublishedState state = PublishedState.Load(RepositorySnapshot.Read(request.Repo), judgedAt, rebuild: false);
        state.Warnings.ForEach(context.Diagnostics.Warning);
        WriterChecks.RefuseKey(state, signer.Fingerprint, request.SignKey);
        WriterChecks.RefuseTime(state, request.At, context);
        string place = new SnapshotStore(request.Repo).Find(request.To);

        // Its keys may have ended since; that it verified is why it was taken.
        PublishedState snapshot = PublishedState.Load(RepositorySnapshot.Read(place), judgedAt, rebuild: false);
        if (snapshot.Edition != state.Edition)
        {
            throw new UserErrorException(
                $"the snapshot {request.To} is of edition {snapshot.Edition}, the repository of {state.Edition}; move it back with "
                    + "migrate-edition first"
            );
        }

        Rollback rollback = Rollback.Of(request, state, snapshot, stop);
        PublishPlan plan = PublishPlan.Create(
            rollback.Rows,
            rollback.Returned,
            WriterChecks.NextVersion(state, request.At, context.Diagnostics),
            request.At
        );
        if (plan.Refusals is [var refusal, ..])
        {
            throw new UserErrorException(refusal.Reason);
        }

        if (!request.DryRun && !rollback.IsEmpty)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
            GenerationCommit.Run(
                state,
                plan,
                rollback.Sentences,
                [signer],
                transaction => Write(transaction, state, plan, rollback, signer, context, stop),
                context,
                stop
            );
        }

        Report(request, state, plan, rollback, signer.CanSign, context);
        return ExitCode.Success;
    }

    private static void Write(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        Rollback rollback,
        DocumentSigner signer,
        OperationContext context,
        CancellationToken stop
    )
    {
        RetentionRecord? retention = RetentionRecord.Read(state.Root);
        if (retention is not null && rollback.Returned.Count > 0)
        {
            retention = retention with
            {
                Pruned =
                [
                    .. retention.Pruned.Where(pruned => !rollback.Returned.Any(package => pruned.IsOf(package.Row))),
                ],
            };
            GenerationWriter.WriteFile(transaction.Stage(RepositoryLayout.Retention), retention.Write().Span);
        }

        SitePublication.Renew(
            transaction,
            state,
            plan,
            SiteContent.Of(state.Descriptor, state.DescriptorSigner ?? signer.Fingerprint, plan, retention),
            rollback.Returned.SelectMany(static package => package.Placements(mayLink: true)),
            rollback.Marked,
            context.Diagnostics,
            stop
        );
        GenerationWriter.WriteIndexes(transaction.Stage, state.Descriptor.Name, plan, signer, state.IsPrecompressed);
    }

    private static void Report(
        RollbackRequest request,
        PublishedState state,
        PublishPlan plan,
        Rollback rollback,
        bool signed,
        OperationContext context
    )
    {
        if (request.Json)
        {
            JsonReport.Write(
                context.Output,
                json =>
                {
                    json.WriteString("repository", state.Descriptor.Name);
                    json.WriteString("snapshot", request.To);
                    json.WriteBoolean("dry_run", request.DryRun);
                    json.WriteBoolean("published", !request.DryRun && !rollback.IsEmpty && signed);
                    json.WriteNumber("index_version", rollback.IsEmpty ? plan.IndexVersion - 1 : plan.IndexVersion);
                    json.WriteNumber("active", plan.Active.Count);
                    json.WriteNumber("archive", plan.Archive.Count);
                    WriteRows(json, "withdrawn", rollback.Marked.Where(static row => !row.IsOffered));
                    WriteRows(json, "offered_again", rollback.Marked.Where(static row => row.IsOffered));
                    WriteRows(json, "returned", rollback.Returned.Select(static package => package.Row));
                }
            );
            return;
        }

        foreach (string sentence in rollback.Sentences)
        {
            context.Output.WriteLine(sentence);
        }

        string verb =
            request.DryRun ? "would publish"
            : signed ? "published"
            : "prepared";
        context.Output.WriteLine(
            rollback.IsEmpty
                ? $"the repository offers what {request.To} offered; nothing is changed"
                : $"{verb} index_version {plan.IndexVersion} of {plan.GeneratedAt}: {plan.Active.Count} active as in {request.To}"
        );
    }

    private static void WriteRows(Utf8JsonWriter json, string name, IEnumerable<IndexRow> rows)
    {
        json.WriteStartArray(name);
        foreach (IndexRow row in rows)
        {
            json.WriteStartObject();
            row.Identity.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
