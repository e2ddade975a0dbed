using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.KeyLife;

/// <summary>Publishes a generation that waited for its signatures.</summary>
internal static class SignatureImport
{
    /// <summary>Checks that every signature is there and verifies, and takes the step.</summary>
    internal static int Run(string repo, IReadOnlyList<string> files, OperationContext context, CancellationToken stop)
    {
        using RepositoryLock? held = Directory.Exists(repo) ? WriterChecks.Lock(repo, context) : null;
        RepositorySnapshot snapshot = RepositorySnapshot.Read(repo);
        PendingGeneration pending = PendingGeneration.Read(repo);
        PublishedState state = PublishedState.Load(
            snapshot,
            WriterChecks.JudgedAt(pending.GeneratedAt, context.Clock),
            rebuild: false
        );
        Dictionary<string, SignatureEnvelope> signatures = Collect(files, pending, state);
        WriterChecks.RemoveLeftovers(state, mayRemovePackages: true, context.Diagnostics);
        if (IsInPlace(state, pending, snapshot, signatures))
        {
            RemovePending(state.Root, context.Diagnostics);
            context.Output.WriteLine($"index_version {pending.IndexVersion} is in place already");
            return ExitCode.Success;
        }

        if (state.Identity != pending.Base)
        {
            throw new UserErrorException(
                $"the repository has changed since the generation was prepared (its index_version is {state.IndexVersion} now); prepare "
                    + "and sign it again"
            );
        }

        using (InPlaceTransaction transaction = InPlaceTransaction.Begin(state.Root, pending.IndexVersion))
        {
            transaction.Place(pending.Placements, stop);
            Stage(transaction, Path.Combine(PendingGeneration.PathIn(repo), StagingDirectory.Next), signatures);
            foreach (string removed in pending.Removed)
            {
                transaction.Remove(removed);
            }

            stop.ThrowIfCancellationRequested();
            transaction.Commit();
            WriterChecks.ReportUntidy(transaction.Untidy, context.Diagnostics);
        }

        RemovePending(state.Root, context.Diagnostics);
        context.Output.WriteLine($"published index_version {pending.IndexVersion} of {pending.GeneratedAt}");
        return ExitCode.Success;
    }

    private static void RemovePending(string root, Diagnostics diagnostics)
    {
        try
        {
            PendingGeneration.Remove(root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriterChecks.ReportUntidy(error.Message, diagnostics);
        }
    }

    private static void Stage(
        GenerationTransaction transaction,
        string next,
        Dictionary<string, SignatureEnvelope> signatures
    )
    {
        foreach (
            string file in Directory
                .EnumerateFiles(next, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
        {
            HardLink.CreateOrCopy(file, transaction.Stage(Path.GetRelativePath(next, file)));
        }

        foreach ((string document, SignatureEnvelope envelope) in signatures)
        {
            GenerationWriter.WriteFile(
                transaction.Stage(document + RepositoryLayout.SignatureSuffix),
                envelope.Write()
            );
        }
    }

    /// <summary>Whether an earlier run took the step and was stopped before it removed what waited.</summary>
    private static bool IsInPlace(
        PublishedState state,
        PendingGeneration pending,
        RepositorySnapshot snapshot,
        Dictionary<string, SignatureEnvelope> signatures
    ) =>
        state.IndexVersion == pending.IndexVersion
        && (
            !signatures.TryGetValue(snapshot.Archive.Name, out SignatureEnvelope? envelope)
            || envelope.Write().AsSpan().SequenceEqual(snapshot.Archive.Signature)
        );

    /// <summary>The signature of every document that waits for one, each by the key that was asked, over what lies here.</summary>
    private static Dictionary<string, SignatureEnvelope> Collect(
        IReadOnlyList<string> files,
        PendingGeneration pending,
        PublishedState state
    )
    {
        ILookup<string, (string File, SignatureEnvelope Envelope)> given = files
            .SelectMany(
                static file => SignatureBundle.Read(file),
                static (file, item) => (item.Document, File: file, item.Envelope)
            )
            .ToLookup(static item => item.Document, static item => (item.File, item.Envelope));
        Dictionary<string, SignatureEnvelope> signatures = [];
        List<string> problems = [];
        foreach (AwaitedSignature awaited in pending.Awaited)
        {
            string staged = Path.Combine(PendingGeneration.PathIn(state.Root), StagingDirectory.Next, awaited.Document);
            if (HashedFile.Digest(staged, CancellationToken.None).Hash != awaited.Digest)
            {
                throw new UserErrorException(
                    $"{staged} was changed since it was prepared; prepare the generation again"
                );
            }

            PublicKey key = FindKey(awaited.Signer, state);
            (string File, SignatureEnvelope Envelope)[] candidates = [.. given[awaited.Document]];
            if (Array.Find(candidates, item => item.Envelope.Verifies(key, awaited.Digest)).Envelope is { } good)
            {
                signatures.Add(awaited.Document, good);
            }
            else
            {
                problems.Add(
                    candidates.Length == 0
                        ? $"{awaited.Document}: no file has a signature for it; {awaited.Signer.Grouped} is to sign it"
                        : $"{candidates[0].File}: its signature for {awaited.Document} is not {awaited.Signer.Grouped}'s over what waits here; "
                            + "export the request again and sign that"
                );
            }
        }

        return problems.Count == 0
            ? signatures
            : throw new UserErrorException("nothing is published:\n  " + string.Join("\n  ", problems));
    }

    private static PublicKey FindKey(Fingerprint signer, PublishedState state)
    {
        string path = Path.Combine(
            PendingGeneration.PathIn(state.Root),
            StagingDirectory.Next,
            RepositoryLayout.KeyPath(signer)
        );
        return File.Exists(path) && KeyFiles.LoadPublicKey(path) is var staged && staged.Fingerprint == signer
            ? staged
            : state.Keys.Find(signer)
                ?? throw new UserErrorException(
                    $"there is no key file for {signer} in the repository; prepare the generation again"
                );
    }
}
