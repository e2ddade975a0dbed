using System.Text.Json;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>What is to be withdrawn, or offered again.</summary>
internal sealed record WithdrawRequest
{
    /// <summary>The repository.</summary>
    internal required string Repo { get; init; }

    /// <summary>The package and its version.</summary>
    internal required PackageQuery Package { get; init; }

    /// <summary>Why; null to offer it again.</summary>
    internal string? Reason { get; init; }

    /// <summary>The name of an advisory about it.</summary>
    internal string? Advisory { get; init; }

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
/// Takes a package out of the active index, which goes back to the best version that is left, or puts it back. The archive
/// keeps its entry with a mark (§6.3), and its file stays.
/// </summary>
internal static class WithdrawOperation
{
    internal static int Run(WithdrawRequest request, OperationContext context, CancellationToken stop)
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
        HashSet<IndexRow> chosen = [.. Choose(request, state)];
        Dictionary<IndexRow, IndexRow> changed = chosen.ToDictionary(
            static row => row,
            row =>
                request.Reason is { } reason
                    ? row.Withdraw(new Withdrawal(reason, request.Advisory, request.At))
                    : row.TakeBack(state.Edition)
        );
        PublishPlan plan = PublishPlan.Create(
            [.. state.Archive.Select(row => changed.GetValueOrDefault(row, row))],
            [],
            WriterChecks.NextVersion(state, request.At, context.Diagnostics),
            request.At
        );
        if (plan.Refusals is [var refusal, ..])
        {
            throw new UserErrorException(refusal.Reason);
        }

        Outcome outcome = new(request, state, plan, [.. changed.Values]);
        if (!request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
            GenerationCommit.Run(
                state,
                plan,
                outcome.Sentences,
                [signer],
                transaction => Write(transaction, state, plan, outcome.Rows, signer, context, stop),
                context,
                stop
            );
        }

        Report(outcome, signer.CanSign, context);
        return ExitCode.Success;
    }

    /// <summary>The rows of a version, for whatever architectures.</summary>
    private static List<IndexRow> Choose(WithdrawRequest request, PublishedState state)
    {
        PackageName name = request.Package.Name;
        List<IndexRow> versions = [.. state.Archive.Where(row => row.Name == name)];
        if (versions.Count == 0)
        {
            throw new UserErrorException(
                $"\"{state.Descriptor.Name}\" has no package {name}"
                    + NearestName.Suggestion(name.Text, state.Archive.Select(static row => row.Name.Text).Distinct())
            );
        }

        string known = string.Join(", ", versions.Select(static row => row.Version.Text).Distinct());
        if (request.Package.Version is not { } version)
        {
            throw new UserErrorException($"say which version of {name}: {name}=VERSION; there are {known}");
        }

        bool undo = request.Reason is null;
        List<IndexRow> rows = versions.FindAll(row => PackageVersion.Compare(row.Version, version) == 0);
        return rows.Count == 0
                ? throw new UserErrorException(
                    $"\"{state.Descriptor.Name}\" has no version {version} of {name}; there are {known}"
                )
            : rows.TrueForAll(row => row.IsOffered == undo)
                ? throw new UserErrorException(
                    undo ? $"{name} {version} is not withdrawn" : $"{name} {version} is withdrawn already"
                )
            : rows.FindAll(row => row.IsOffered != undo);
    }

    private static void Write(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<IndexRow> rows,
        DocumentSigner signer,
        OperationContext context,
        CancellationToken stop
    )
    {
        SitePublication.Renew(
            transaction,
            state,
            plan,
            SiteContent.Of(
                state.Descriptor,
                state.DescriptorSigner ?? signer.Fingerprint,
                plan,
                RetentionRecord.Read(state.Root)
            ),
            [],
            rows,
            context.Diagnostics,
            stop
        );
        GenerationWriter.WriteIndexes(transaction.Stage, state.Descriptor.Name, plan, signer, state.IsPrecompressed);
    }

    private static void Report(Outcome outcome, bool signed, OperationContext context)
    {
        WithdrawRequest request = outcome.Request;
        if (request.Json)
        {
            JsonReport.Write(context.Output, json => WriteJson(json, outcome, signed));
            return;
        }

        foreach (string sentence in outcome.Sentences)
        {
            context.Output.WriteLine(TerminalText.Escape(sentence));
        }

        string verb =
            request.DryRun ? "would publish"
            : signed ? "published"
            : "prepared";
        context.Output.WriteLine($"{verb} index_version {outcome.Plan.IndexVersion} of {outcome.Plan.GeneratedAt}");
    }

    private static void WriteJson(Utf8JsonWriter json, Outcome outcome, bool signed)
    {
        WithdrawRequest request = outcome.Request;
        json.WriteString("repository", outcome.State.Descriptor.Name);
        json.WriteBoolean("dry_run", request.DryRun);
        json.WriteBoolean("published", !request.DryRun && signed);
        json.WriteNumber("index_version", outcome.Plan.IndexVersion);
        json.WriteString("generated_at", outcome.Plan.GeneratedAt.Text);
        json.WriteBoolean("undo", request.Reason is null);
        json.WriteString("reason", request.Reason);
        json.WriteString("advisory", request.Advisory);
        json.WriteString("advertised", outcome.Now?.Version.Text);
        json.WriteStartArray("packages");
        foreach (IndexRow row in outcome.Rows)
        {
            json.WriteStartObject();
            row.Identity.Write(json);
            json.WriteString("sha256", row.Hash.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        JsonReport.WriteStrings(json, "consequences", outcome.Sentences);
    }

    /// <summary>What the change amounts to.</summary>
    private sealed record Outcome(
        WithdrawRequest Request,
        PublishedState State,
        PublishPlan Plan,
        IReadOnlyList<IndexRow> Rows
    )
    {
        /// <summary>What the active index has of the name afterwards.</summary>
        internal IndexRow? Now => Plan.Active.FirstOrDefault(row => row.Name == Request.Package.Name);

        /// <summary>What changes, and what consumers do then.</summary>
        internal IReadOnlyList<string> Sentences
        {
            get
            {
                PackageName name = Request.Package.Name;
                string rows = string.Join(" and ", Rows.Select(static row => row.ToString()));
                if (Request.Reason is null)
                {
                    return [$"{rows} is offered again.", $"New installations of {name} get {Now!.Version}."];
                }

                return [$"{rows} is no longer offered.", .. ConsequencesOf(Rows[0].Version)];
            }
        }

        /// <summary>What the loss of a version means for those who want the package and those who have it.</summary>
        private string[] ConsequencesOf(PackageVersion lost)
        {
            PackageName name = Request.Package.Name;
            return Now is not { } left
                    ?
                    [
                        $"The active index has no {name} any more: it cannot be installed, nor what needs it.",
                        $"Whoever has {lost} keeps it; tell them to remove it, or publish a higher revision that mends it.",
                    ]
                : PackageVersion.Compare(lost, left.Version) < 0
                    ?
                    [
                        $"New installations of {name} get {left.Version}, as before.",
                        $"Whoever has {lost} gets {left.Version} with the next upgrade.",
                    ]
                :
                [
                    $"New installations of {name} get {left.Version}.",
                    $"Whoever has {lost} keeps it, for no consumer goes back to a lower version by itself: tell them to run "
                        + $"\"peipkg downgrade {name} {left.Version}\", or publish a higher revision that mends it.",
                ];
        }
    }
}
