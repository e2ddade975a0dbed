using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.KeyLife;

/// <summary>How <c>repo.json</c> is to be changed.</summary>
internal sealed record DescriptorRequest
{
    /// <summary>The repository's directory.</summary>
    internal required string Repo { get; init; }

    /// <summary>The file of the key that signs the indexes, and <c>repo.json</c> too where no other does.</summary>
    internal required string SignKey { get; init; }

    /// <summary>The file of the key that signs <c>repo.json</c>, which consumers must know already; null for the same.</summary>
    internal string? DescriptorKey { get; init; }

    /// <summary>The new generation's time.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>Whether to go on in spite of objections.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether only to say what would change.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }

    /// <summary>Whether to leave the packages unread, and so the count of those a key signed out.</summary>
    internal bool DocumentsOnly { get; init; }

    /// <summary>Whether the edit depends on who signed the packages.</summary>
    internal bool ConcernsPackages { get; init; }

    /// <summary>Decides the change.</summary>
    internal required Func<PublishedState, SignerCensus?, DescriptorEdit> Edit { get; init; }
}

/// <summary>
/// Changes <c>repo.json</c>: keys, name, description. Everything is signed anew in one generation, in such a way that
/// consumers of the present one can follow, or the operator is told who cannot.
/// </summary>
internal static class DescriptorOperation
{
    internal static int Run(DescriptorRequest request, OperationContext context, CancellationToken stop)
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
        SignerCensus? census =
            request.ConcernsPackages && !request.DocumentsOnly
                ? SignerCensus.Take(request.Repo, state.Archive, stop)
                : null;
        DescriptorEdit edit = request.Edit(state, census);
        SignatureDuty.Check(state, edit, signer, other ?? signer);
        PublishPlan plan = PublishPlan.Create(
            state.Archive,
            [],
            WriterChecks.NextVersion(state, request.At, context.Diagnostics),
            request.At
        );
        bool refused = edit.Objections.Count > 0 && !request.Force;
        foreach (string objection in edit.Objections)
        {
            string text = refused ? $"refused: {objection} (or --force)" : $"forced: {objection}";
            (refused ? (Action<string>)context.Diagnostics.Error : context.Diagnostics.Warning)(text);
        }

        if (!refused && !request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
            GenerationCommit.Run(
                state,
                plan,
                edit.Consequences,
                [signer, .. other is null ? (DocumentSigner[])[] : [other]],
                transaction => Write(transaction, state, edit, plan, signer, other ?? signer, context, stop),
                context,
                stop
            );
        }

        Report(request, edit, plan, refused, signer.CanSign && other?.CanSign != false, context);
        return refused ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Write(
        GenerationTransaction transaction,
        PublishedState state,
        DescriptorEdit edit,
        PublishPlan plan,
        DocumentSigner signer,
        DocumentSigner descriptorSigner,
        OperationContext context,
        CancellationToken stop
    )
    {
        foreach (PublicKey key in edit.AddedKeys)
        {
            GenerationWriter.WriteKey(transaction.Stage, key);
        }

        foreach (Fingerprint key in edit.RemovedKeys)
        {
            transaction.Remove(RepositoryLayout.KeyPath(key));
        }

        GenerationWriter.WriteDescriptor(transaction.Stage, edit.Descriptor, descriptorSigner);
        GenerationWriter.WriteIndexes(transaction.Stage, edit.Descriptor.Name, plan, signer, state.IsPrecompressed);
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
    }

    private static void Report(
        DescriptorRequest request,
        DescriptorEdit edit,
        PublishPlan plan,
        bool refused,
        bool signed,
        OperationContext context
    )
    {
        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteJson(json, request, edit, plan, refused, signed));
            return;
        }

        if (refused && !request.DryRun)
        {
            return;
        }

        foreach (string consequence in edit.Consequences)
        {
            context.Output.WriteLine(consequence);
        }

        string verb =
            request.DryRun ? "would publish"
            : signed ? "published"
            : "prepared";
        context.Output.WriteLine($"{verb} index_version {plan.IndexVersion} of {plan.GeneratedAt}");
    }

    private static void WriteJson(
        Utf8JsonWriter json,
        DescriptorRequest request,
        DescriptorEdit edit,
        PublishPlan plan,
        bool refused,
        bool signed
    )
    {
        json.WriteString("repository", edit.Descriptor.Name);
        json.WriteString("description", edit.Descriptor.Description);
        json.WriteBoolean("dry_run", request.DryRun);
        json.WriteBoolean("published", !refused && !request.DryRun && signed);
        json.WriteBoolean("awaits_signatures", !refused && !request.DryRun && !signed);
        json.WriteNumber("index_version", plan.IndexVersion);
        json.WriteString("generated_at", plan.GeneratedAt.Text);
        json.WriteStartArray("keys");
        foreach (DescriptorKey key in edit.Descriptor.Keys)
        {
            json.WriteStartObject();
            json.WriteString("fingerprint", key.Fingerprint.Text);
            json.WriteString("status", KeyEdits.Text(key.Status));
            json.WriteString("valid_until", key.ValidUntil?.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonReport.WriteStrings(json, "consequences", edit.Consequences);
        JsonReport.WriteStrings(json, "objections", edit.Objections);
    }
}
