using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Packages;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>How a repository is moved to another edition.</summary>
internal sealed record MigrateRequest
{
    /// <summary>The repository.</summary>
    internal required string Repo { get; init; }

    /// <summary>The edition to move to.</summary>
    internal required Edition Edition { get; init; }

    /// <summary>The file of the key that signs the indexes, and <c>repo.json</c> too where no other does.</summary>
    internal required string SignKey { get; init; }

    /// <summary>The file of the key that signs <c>repo.json</c>; null for the same.</summary>
    internal string? DescriptorKey { get; init; }

    /// <summary>The new generation's time.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>Where packages lie that are not in the repository; null when all are.</summary>
    internal string? AllPackages { get; init; }

    /// <summary>Whether special system packages may install outside the layout.</summary>
    internal bool AllowSpecialSystem { get; init; }

    /// <summary>Whether packages may have the header forms of reference packers.</summary>
    internal bool AllowReferenceHeaders { get; init; }

    /// <summary>Whether only to judge.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}

/// <summary>
/// Moves a repository to another edition: in one generation if every package of the archive conforms, and not at all if one
/// does not.
/// </summary>
internal static class MigrateOperation
{
    internal static int Run(MigrateRequest request, OperationContext context, CancellationToken stop)
    {
        using DocumentSigner signer = DocumentSigner.Load(request.SignKey, context.Diagnostics);
        using DocumentSigner? other =
            request.DescriptorKey is null || request.DescriptorKey == request.SignKey
                ? null
                : DocumentSigner.Load(request.DescriptorKey, context.Diagnostics);
        using RepositoryLock? held =
            request.DryRun || !Directory.Exists(request.Repo) ? null : WriterChecks.Lock(request.Repo, context);
        PublishedState state = PublishedState.Load(
            RepositorySnapshot.Read(request.Repo),
            WriterChecks.JudgedAt(request.At, context.Clock),
            rebuild: false
        );
        state.Warnings.ForEach(context.Diagnostics.Warning);
        WriterChecks.RefuseTime(state, request.At, context);
        DescriptorEdit edit = Decide(request, state);
        SignatureDuty.Check(state, edit, signer, other ?? signer);
        if (edit.Objections is [var objection, ..])
        {
            throw new UserErrorException(objection);
        }

        using LocalRepositoryReader repository = new(request.Repo, request.AllPackages, context.Diagnostics);
        ConformityCheck check = ConformityCheck.Run(
            repository,
            state.Archive,
            request.Edition,
            new PublishPermissions
            {
                Official = state.Descriptor.Official,
                SpecialSystem = request.AllowSpecialSystem,
                ReferenceHeaders = request.AllowReferenceHeaders,
            },
            context.Diagnostics,
            stop
        );
        IReadOnlyList<MovedRow> moved = check.Faults.Count > 0 ? [] : check.Moved;
        PublishPlan plan = PublishPlan.Create(
            [.. moved.Select(static item => item.Row)],
            [],
            WriterChecks.NextVersion(state, request.At, context.Diagnostics),
            request.At
        );
        if (check.Faults.Count == 0 && !request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
            GenerationCommit.Run(
                state,
                plan,
                edit.Consequences,
                [signer, .. other is null ? (DocumentSigner[])[] : [other]],
                transaction => Write(transaction, state, edit, plan, moved, signer, other ?? signer, context, stop),
                context,
                stop
            );
        }

        Report(request, state, plan, check, moved, signer.CanSign && other?.CanSign != false, context);
        return check.Faults.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static DescriptorEdit Decide(MigrateRequest request, PublishedState state)
    {
        if (state.Edition == request.Edition)
        {
            throw new UserErrorException($"{request.Repo} is of edition {request.Edition} already");
        }

        DescriptorEdit edit = new(state.Descriptor with { Edition = request.Edition });
        edit.Consequences.Add(
            $"The repository is of edition {request.Edition} instead of {state.Edition}; no package changes."
        );
        return edit;
    }

    private static void Write(
        GenerationTransaction transaction,
        PublishedState state,
        DescriptorEdit edit,
        PublishPlan plan,
        IReadOnlyList<MovedRow> moved,
        DocumentSigner signer,
        DocumentSigner descriptorSigner,
        OperationContext context,
        CancellationToken stop
    )
    {
        SitePublication.Renew(
            transaction,
            state,
            plan,
            SiteContent.Of(edit.Descriptor, descriptorSigner.Fingerprint, plan, RetentionRecord.Read(state.Root)),
            [],
            [],
            context.Diagnostics,
            stop
        );
        foreach (MovedRow item in SiteLayout.IsIn(state.Root) ? moved : [])
        {
            if (!item.Details.IsEmpty && item.Row.HasPossibleNames)
            {
                GenerationWriter.WriteFile(transaction.Stage(item.Row.DetailsPlace), item.Details.Span);
            }
        }

        GenerationWriter.WriteDescriptor(transaction.Stage, edit.Descriptor, descriptorSigner);
        GenerationWriter.WriteIndexes(transaction.Stage, edit.Descriptor.Name, plan, signer, state.IsPrecompressed);
    }

    private static void Report(
        MigrateRequest request,
        PublishedState state,
        PublishPlan plan,
        ConformityCheck check,
        IReadOnlyList<MovedRow> moved,
        bool signed,
        OperationContext context
    )
    {
        bool refused = check.Faults.Count > 0;
        foreach (Nonconformity fault in check.Faults)
        {
            context.Diagnostics.Error($"refused {fault.Row}: {fault.Problem}; {fault.Remedy} ({fault.Rule})");
        }

        if (refused)
        {
            int packages = check.Faults.DistinctBy(static fault => fault.Row).Count();
            context.Diagnostics.Error(
                $"nothing is changed: {packages} of {state.Archive.Count} packages do not conform to edition {request.Edition}"
            );
        }

        int anew = moved.Count(static item => !item.Details.IsEmpty);
        if (request.Json)
        {
            JsonReport.Write(
                context.Output,
                json =>
                {
                    json.WriteString("repository", state.Descriptor.Name);
                    json.WriteString("from", state.Edition.Name);
                    json.WriteString("to", request.Edition.Name);
                    json.WriteBoolean("dry_run", request.DryRun);
                    json.WriteBoolean("published", !refused && !request.DryRun && signed);
                    json.WriteNumber("index_version", plan.IndexVersion);
                    json.WriteString("generated_at", plan.GeneratedAt.Text);
                    json.WriteNumber("archive", state.Archive.Count);
                    json.WriteNumber("entries_changed", anew);
                    WriteFaults(json, check.Faults);
                }
            );
        }
        else if (!refused)
        {
            string verb =
                request.DryRun ? "would move"
                : signed ? "moved"
                : "prepared to move";
            context.Output.WriteLine(
                $"{verb} \"{TerminalText.Escape(state.Descriptor.Name)}\" from edition {state.Edition} to {request.Edition}: "
                    + $"{state.Archive.Count} packages conform, {anew} entries change; index_version {plan.IndexVersion} of "
                    + plan.GeneratedAt
            );
        }
    }

    private static void WriteFaults(Utf8JsonWriter json, IReadOnlyList<Nonconformity> faults)
    {
        json.WriteStartArray("refused");
        foreach (Nonconformity fault in faults)
        {
            json.WriteStartObject();
            fault.Row.Identity.Write(json);
            json.WriteString("rule", fault.Rule);
            json.WriteString("problem", fault.Problem);
            json.WriteString("remedy", fault.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
