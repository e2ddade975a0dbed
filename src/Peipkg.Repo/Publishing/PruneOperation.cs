using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>What is to be pruned.</summary>
/// <param name="Repo">The repository.</param>
/// <param name="SignKey">The key that signs the new indexes.</param>
/// <param name="At">Their time, from which ages count back.</param>
/// <param name="OlderThanDays">The age at which a pre-release may go.</param>
/// <param name="Keep">How many of each name stay whatever their age.</param>
/// <param name="DryRun">Whether only to say what would go.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record PruneRequest(
    string Repo,
    string SignKey,
    Timestamp At,
    int OlderThanDays,
    int Keep,
    bool DryRun,
    bool Json
);

/// <summary>
/// Forgets old pre-releases, as §6.3 allows: a generation without them is published, with a record of the rule and of
/// what went; their files go when no index names them any more.
/// </summary>
internal static class PruneOperation
{
    internal static int Run(PruneRequest request, OperationContext context, CancellationToken stop)
    {
        using DocumentSigner signer = DocumentSigner.Load(request.SignKey, context.Diagnostics);
        using RepositoryLock? held =
            request.DryRun || !Directory.Exists(request.Repo) ? null : WriterChecks.Lock(request.Repo, context);
        PublishedState state = PublishedState.Load(
            RepositorySnapshot.Read(request.Repo),
            WriterChecks.JudgedAt(request.At, context.Clock),
            rebuild: false
        );
        state.Warnings.ForEach(context.Diagnostics.Warning);
        WriterChecks.RefuseKey(state, signer.Fingerprint, request.SignKey);
        WriterChecks.RefuseTime(state, request.At, context);
        if (!request.DryRun)
        {
            // Before the record is read: the one of a run that ended before its step is no record of anything.
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
        }

        RetentionRecord? record = RetentionRecord.Read(request.Repo);
        IReadOnlyList<IndexRow> pruned = PrunePlan.Decide(
            state.Archive,
            request.OlderThanDays,
            request.Keep,
            request.At
        );
        HashSet<IndexRow> gone = [.. pruned];
        PublishPlan plan = PublishPlan.Create(
            [.. state.Archive.Where(row => !gone.Contains(row))],
            [],
            WriterChecks.NextVersion(state, request.At, context.Diagnostics),
            request.At
        );
        if (pruned.Count > 0 && !request.DryRun)
        {
            RetentionRecord next = new(
                request.OlderThanDays,
                request.Keep,
                [
                    .. record?.Pruned ?? [],
                    .. pruned.Select(row => new PrunedPackage(
                        row.Name.Text,
                        row.Version.Text,
                        row.Architecture.Text,
                        row.Hash.ToString(),
                        plan.IndexVersion
                    )),
                ]
            );
            GenerationCommit.Run(
                state,
                plan,
                [.. pruned.Select(static row => $"prunes {row}")],
                [signer],
                transaction => Write(transaction, state, plan, pruned, next, signer, context, stop),
                context,
                stop
            );
        }

        Report(request, state, plan, pruned, signer.CanSign, context);
        return ExitCode.Success;
    }

    private static void Write(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<IndexRow> pruned,
        RetentionRecord record,
        DocumentSigner signer,
        OperationContext context,
        CancellationToken stop
    )
    {
        GenerationWriter.WriteFile(transaction.Stage(RepositoryLayout.Retention), record.Write().Span);
        GenerationWriter.WriteIndexes(transaction.Stage, state.Descriptor.Name, plan, signer, state.IsPrecompressed);
        SitePublication.Renew(
            transaction,
            state,
            plan,
            SiteContent.Of(state.Descriptor, state.DescriptorSigner ?? signer.Fingerprint, plan, record),
            [],
            [],
            context.Diagnostics,
            stop
        );
        foreach (IndexRow row in pruned)
        {
            foreach (
                string? path in new[] { row.Place, row.DetailsPlace }.Concat(
                    row.Place is { } place ? SiblingNames.Published.Select(suffix => place + suffix) : []
                )
            )
            {
                if (path is not null && File.Exists(Path.Combine(state.Root, path)))
                {
                    transaction.Remove(path);
                }
            }
        }
    }

    private static void Report(
        PruneRequest request,
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<IndexRow> pruned,
        bool signed,
        OperationContext context
    )
    {
        bool changes = pruned.Count > 0 && !request.DryRun;
        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteJson(json, request, state, plan, pruned, changes && signed));
            return;
        }

        string verb =
            request.DryRun ? "would prune"
            : signed ? "pruned"
            : "prepared to prune";
        foreach (IndexRow row in pruned)
        {
            context.Output.WriteLine($"{verb} {row}");
        }

        context.Output.WriteLine(
            pruned.Count == 0
                ? "there is no pre-release to prune; nothing is changed"
                : $"{verb} {pruned.Count} of {state.Archive.Count} packages; index_version {plan.IndexVersion} of {plan.GeneratedAt}"
        );
    }

    private static void WriteJson(
        Utf8JsonWriter json,
        PruneRequest request,
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<IndexRow> pruned,
        bool published
    )
    {
        json.WriteString("repository", state.Descriptor.Name);
        json.WriteBoolean("dry_run", request.DryRun);
        json.WriteBoolean("published", published);
        json.WriteNumber("index_version", pruned.Count > 0 ? plan.IndexVersion : plan.IndexVersion - 1);
        json.WriteNumber("archive", plan.Archive.Count);
        json.WriteStartArray("pruned");
        foreach (IndexRow row in pruned)
        {
            json.WriteStartObject();
            row.Identity.Write(json);
            json.WriteNumber("size_compressed", row.Size);
            json.WriteString("sha256", row.Hash.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
