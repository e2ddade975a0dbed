using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>
/// Takes a generation that changes a repository in place to its end: to the disk, or, where a key's private half is not
/// here, to where it waits for its signatures.
/// </summary>
internal static class GenerationCommit
{
    /// <summary>Prepares and commits.</summary>
    /// <param name="state">The repository, whose lock is held and whose leftovers are removed.</param>
    /// <param name="plan">The generation's version and time.</param>
    /// <param name="summary">What it changes, in words, for those who will sign it.</param>
    /// <param name="signers">The keys that <paramref name="write"/> signs with.</param>
    /// <param name="write">Places and stages everything.</param>
    /// <param name="context">The world.</param>
    /// <param name="stop">Ends the work before the step.</param>
    internal static void Run(
        PublishedState state,
        PublishPlan plan,
        IReadOnlyList<string> summary,
        IReadOnlyList<DocumentSigner> signers,
        Action<GenerationTransaction> write,
        OperationContext context,
        CancellationToken stop
    )
    {
        bool complete = signers.All(static signer => signer.CanSign);
        using GenerationTransaction transaction = complete
            ? InPlaceTransaction.Begin(state.Root, plan.IndexVersion)
            : PendingTransaction.Begin(state.Root, plan.IndexVersion);
        write(transaction);
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

        stop.ThrowIfCancellationRequested();
        transaction.Commit();
        WriterChecks.ReportUntidy(transaction.Untidy, context.Diagnostics);
        if (!complete)
        {
            context.Diagnostics.Note(
                "nothing is published yet: the generation waits for its signatures; go on with "
                    + $"\"peipkg-repo export-signing-request --repo {state.Root} --out FILE\""
            );
        }
    }
}
