using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>
/// The first and the last step of a generation that changes a repository in place: where it is written, and the switch to
/// it; or, where a key's private half is not here, to where it waits for its signatures.
/// </summary>
internal static class GenerationCommit
{
    /// <summary>Writes a generation and switches to it.</summary>
    /// <param name="state">The repository, whose lock is held and whose leftovers are removed.</param>
    /// <param name="plan">The generation's version and time.</param>
    /// <param name="summary">What it changes, in words, for those who will sign it.</param>
    /// <param name="signers">The keys that <paramref name="write"/> signs with.</param>
    /// <param name="write">Places and stages everything.</param>
    /// <param name="context">The world.</param>
    /// <param name="cancellation">Ends the work before the switch.</param>
    internal static void Run(
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<string> summary,
        IReadOnlyList<DocumentSigner> signers,
        Action<GenerationTransaction> write,
        OperationContext context,
        CancellationToken cancellation
    )
    {
        using GenerationTransaction transaction = Begin(state, plan, signers);
        write(transaction);
        Switch(transaction, state, plan, summary, signers, context, cancellation);
    }

    /// <summary>Prepares the place where the generation is written.</summary>
    internal static GenerationTransaction Begin(
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<DocumentSigner> signers
    ) =>
        signers.All(static signer => signer.CanSign)
            ? InPlaceTransaction.Begin(state.Root, plan.IndexVersion)
            : PendingTransaction.Begin(state.Root, plan.IndexVersion);

    /// <summary>Makes a generation that is written the repository's, in one step.</summary>
    internal static void Switch(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<string> summary,
        IReadOnlyList<DocumentSigner> signers,
        OperationContext context,
        CancellationToken cancellation
    )
    {
        if (transaction is PendingTransaction pending)
        {
            pending.Generation = new PendingGeneration
            {
                Repository = state.Descriptor.Name,
                IndexVersion = plan.IndexVersion,
                GeneratedAt = plan.GeneratedAt,
                Base = state.Identity,
                Summary = summary,
                Awaited = [.. signers.SelectMany(static signer => signer.Awaited)],
            };
        }

        cancellation.ThrowIfCancellationRequested();
        transaction.Commit();
        WriterChecks.ReportUntidy(transaction.Untidy, context.Diagnostics);
        if (transaction is PendingTransaction)
        {
            context.Diagnostics.Note(
                "nothing is published yet: the generation waits for its signatures; go on with "
                    + $"\"peipkg-repo export-signing-request --repo {state.Root} --out FILE\""
            );
        }
    }
}
