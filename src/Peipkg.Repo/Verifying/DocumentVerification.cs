using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>What a consumer of a repository knows before it looks, and lets pass.</summary>
/// <param name="Now">The time at which keys in transition must still be accepted.</param>
/// <param name="AllowUnsigned">Whether a missing signature is only noted.</param>
/// <param name="Anchors">The keys one of which must have signed <c>repo.json</c> (§6.5.2); empty for any that it lists.</param>
/// <param name="MinIndexVersion">The index_version seen before; a lower one is a rollback.</param>
/// <param name="AnyPlaces">Whether the indexes may be elsewhere than this tool writes them.</param>
internal sealed record ConsumerView(
    Timestamp Now,
    bool AllowUnsigned,
    IReadOnlyList<Fingerprint> Anchors,
    ulong MinIndexVersion,
    bool AnyPlaces
);

/// <summary>The documents as far as they could be read.</summary>
internal sealed record VerifiedDocuments(IndexSheet? Active, IndexSheet? Archive)
{
    /// <summary>The descriptor, if it could be read.</summary>
    internal Descriptor? Descriptor { get; init; }

    /// <summary>Its keys.</summary>
    internal Keyring? Keys { get; init; }
}

/// <summary>Checks the descriptor, its keys, the indexes and all their signatures as a consumer does (§6.5).</summary>
internal static class DocumentVerification
{
    private const string Restore = "restore it from a mirror or a backup";
    private const string Rebuild = "make the indexes anew from the packages with publish --rebuild --all-packages-dir";

    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(30);
    private static readonly TimeSpan StaleIndex = TimeSpan.FromDays(90);

    /// <summary>Checks everything but the packages.</summary>
    /// <param name="repository">Reads the keys.</param>
    /// <param name="snapshot">The documents.</param>
    /// <param name="view">What the consumer knows.</param>
    /// <param name="findings">Receives the problems.</param>
    internal static VerifiedDocuments Run(
        RepositoryReader repository,
        RepositorySnapshot snapshot,
        ConsumerView view,
        VerificationFindings findings
    )
    {
        Descriptor descriptor;
        try
        {
            descriptor = DescriptorDocument.Read(snapshot.Descriptor.Content);
        }
        catch (FormatViolationException error)
        {
            VerifiedDocuments undescribed = ReadIndexes(snapshot, Edition.Default, findings);
            Fail(findings, error.Rule, snapshot.Descriptor.Name, error.Message, Restore);
            return undescribed;
        }

        Keyring keys = repository.ReadKeys(descriptor);
        (SignedDocument Document, Task<SignatureCheck>? Check)[] signed =
        [
            .. new[] { snapshot.Descriptor, snapshot.Active, snapshot.Archive }.Select(document =>
                (document, SignatureCheck.Begin(document, keys, view.Now))
            ),
        ];
        VerifiedDocuments indexes = ReadIndexes(snapshot, descriptor.Edition, findings);
        if (!view.AnyPlaces && !RepositoryLayout.IsConventional(descriptor))
        {
            Fail(
                findings,
                "descriptor-indexes",
                snapshot.Descriptor.Name,
                $"the indexes are elsewhere than {RepositoryLayout.ConventionalIndexes}, where this tool writes and reads them",
                null
            );
        }

        CheckKeys(keys, findings);
        foreach ((SignedDocument document, Task<SignatureCheck>? begun) in signed)
        {
            if (begun?.GetAwaiter().GetResult() is { } check)
            {
                bool isDescriptor = document == snapshot.Descriptor;
                if (!isDescriptor || !IsForeign(check, view.Anchors, findings))
                {
                    CheckSignature(check, view.AllowUnsigned, isDescriptor, findings);
                }
            }
        }

        CheckExpiry(descriptor, view.Now, findings);
        CheckIndexes(descriptor, indexes, view, findings);
        return indexes with { Descriptor = descriptor, Keys = keys };
    }

    /// <summary>Reads both indexes by every rule of their documents.</summary>
    internal static VerifiedDocuments ReadIndexes(
        RepositorySnapshot snapshot,
        Edition edition,
        VerificationFindings findings
    )
    {
        IndexReading archive = Read(snapshot.Archive, null, edition);
        IndexReading active = Read(snapshot.Active, archive.Sheet?.Rows, edition);
        Report(snapshot.Active, active, findings);
        Report(snapshot.Archive, archive, findings);
        IReadOnlyList<IndexRow> rows = (archive.Sheet ?? active.Sheet)?.Rows ?? [];
        NoteProducerRules(rows, findings);
        FailLostPlaces(rows, findings);
        return new VerifiedDocuments(active.Sheet, archive.Sheet);
    }

    private static void Report(SignedDocument document, IndexReading reading, VerificationFindings findings)
    {
        if (document.Fault is { } fault)
        {
            Fail(findings, "signature", document.Name, fault, "find out who answers at the address");
            return;
        }

        foreach (FormatViolationException problem in reading.Problems.Take(RepoLimits.ShownProblems))
        {
            Fail(findings, "index-document", document.Name, problem.Message, Rebuild);
        }

        if (reading.Problems.Count > RepoLimits.ShownProblems)
        {
            Fail(
                findings,
                "index-document",
                document.Name,
                $"{reading.Problems.Count - RepoLimits.ShownProblems} more entries break a rule",
                Rebuild
            );
        }
    }

    private static IndexReading Read(SignedDocument document, IReadOnlyList<IndexRow>? known, Edition edition)
    {
        if (document.Content is null)
        {
            return new IndexReading(null, [new FormatViolationException("index-missing", "", "the index is missing")]);
        }

        IndexReading reading = IndexReader.Read(document.Content, known, edition);
        return reading.Sheet is { } sheet && EqualVersions.Find(sheet.Rows) is { } equal
            ? reading with
            {
                Problems = [.. reading.Problems, equal],
            }
            : reading;
    }

    /// <summary>A URL without a host must lead to a file below the repository's base.</summary>
    private static void FailLostPlaces(IReadOnlyList<IndexRow> rows, VerificationFindings findings)
    {
        foreach (
            IndexRow row in rows.Where(static row =>
                    row.Place is null && !row.Url.Contains("://", StringComparison.Ordinal)
                )
                .Take(RepoLimits.ShownProblems)
        )
        {
            Fail(
                findings,
                "package-url",
                RepositoryLayout.ArchiveIndex,
                $"{row}: its URL {row.Url} leads out of the repository, to no file of it",
                Rebuild
            );
        }
    }

    /// <summary>What a producer would be refused for is no failure of what is published, which never changes.</summary>
    private static void NoteProducerRules(IReadOnlyList<IndexRow> rows, VerificationFindings findings)
    {
        int count = 0;
        foreach (IndexRow row in rows)
        {
            if (row.Entry.ProducerFault is { } fault && ++count <= RepoLimits.ShownProblems)
            {
                findings.Note(
                    fault.Rule,
                    RepositoryLayout.ArchiveIndex,
                    $"{row}: {fault.Detail} (no reader refuses it)",
                    "it stays as it is; mend it in the next revision"
                );
            }
        }

        if (count > RepoLimits.ShownProblems)
        {
            findings.Note(
                ManifestRule.Description,
                RepositoryLayout.ArchiveIndex,
                $"{count - RepoLimits.ShownProblems} more published packages break a rule for producers"
            );
        }
    }

    private static void CheckKeys(Keyring keys, VerificationFindings findings)
    {
        foreach (KeyProblem problem in keys.Problems)
        {
            if (problem.Status == KeyStatus.Revoked)
            {
                findings.Note("key-file", problem.Path, $"{problem.Path}: {problem.Text} (the key is revoked)");
            }
            else
            {
                Fail(findings, "key-file", problem.Path, problem.Text, null);
            }
        }
    }

    private static void CheckSignature(
        SignatureCheck check,
        bool allowUnsigned,
        bool isDescriptor,
        VerificationFindings findings
    )
    {
        string remedy = isDescriptor ? Restore : Rebuild;
        switch (check.State)
        {
            case SignatureState.Good:
                break;
            case SignatureState.Missing when allowUnsigned:
                findings.Note(
                    "signature-missing",
                    check.File,
                    $"{check.File}: {check.Problem}; consumers that require signatures reject this repository"
                );
                break;
            case SignatureState.Missing:
                Fail(
                    findings,
                    "signature-missing",
                    check.File,
                    check.Problem!,
                    $"{remedy}, or allow it with --allow-unsigned"
                );
                break;
            case SignatureState.Expired:
                Fail(
                    findings,
                    "signature-expired",
                    check.File,
                    check.Problem!,
                    "publish again, which signs it with the active key"
                );
                break;
            default:
                Fail(findings, "signature", check.File, check.Problem!, remedy);
                break;
        }
    }

    /// <summary>Whether the descriptor is signed with another key than those that are trusted.</summary>
    private static bool IsForeign(
        SignatureCheck check,
        IReadOnlyList<Fingerprint> anchors,
        VerificationFindings findings
    )
    {
        if (anchors.Count > 0 && check.Signer is { } signer && !anchors.Contains(signer))
        {
            Fail(
                findings,
                "trust-anchor",
                check.File,
                $"it is the signature of {signer.Grouped}, not of a key that was given with --trust",
                "learn the right fingerprint elsewhere than from the repository itself"
            );
            return true;
        }

        return false;
    }

    private static void CheckExpiry(Descriptor descriptor, Timestamp now, VerificationFindings findings)
    {
        foreach (DescriptorKey key in descriptor.Keys.Where(static key => key.Status == KeyStatus.Transitioning))
        {
            Timestamp until = key.ValidUntil!.Value;
            if (until.CompareTo(now) < 0)
            {
                findings.Note(
                    "key-expired",
                    RepositoryLayout.Descriptor,
                    $"the transition of the key {key.Fingerprint.Grouped} ended at {until}",
                    "take it off the list with retire-key"
                );
            }
            else if (until.UnixSeconds - now.UnixSeconds < SoonExpired.TotalSeconds)
            {
                findings.Note(
                    "key-expires-soon",
                    RepositoryLayout.Descriptor,
                    $"the key {key.Fingerprint.Grouped} is accepted only until {until}",
                    "publish again in its last week, and publish again with the new key what it signed"
                );
            }
        }
    }

    private static void CheckIndexes(
        Descriptor descriptor,
        VerifiedDocuments indexes,
        ConsumerView view,
        VerificationFindings findings
    )
    {
        if (indexes.Active is { } active && indexes.Archive is { } archive)
        {
            foreach ((string file, string problem) in IndexConsistency.Check(descriptor.Name, active, archive))
            {
                Fail(findings, "index-consistency", file, problem, Rebuild);
            }
        }

        if ((indexes.Active ?? indexes.Archive) is not { } sheet)
        {
            return;
        }

        if (sheet.IndexVersion < view.MinIndexVersion)
        {
            Fail(
                findings,
                "index-rollback",
                RepositoryLayout.IndexDirectory,
                $"index_version {sheet.IndexVersion} is lower than {view.MinIndexVersion}, which was seen before: an old state is being served",
                "find out whether a mirror lags behind or somebody puts it there"
            );
        }

        if (sheet.GeneratedAt.UnixSeconds - view.Now.UnixSeconds > RepoLimits.ClockTolerance.TotalSeconds)
        {
            findings.Note(
                "index-future",
                RepositoryLayout.IndexDirectory,
                $"the indexes claim to be of {sheet.GeneratedAt}, which is still to come",
                "see to the clock here and where it was published; no index with an earlier time can follow this one"
            );
        }

        if (view.Now.UnixSeconds - sheet.GeneratedAt.UnixSeconds > StaleIndex.TotalSeconds)
        {
            findings.Note(
                "index-old",
                RepositoryLayout.IndexDirectory,
                $"the indexes are of {sheet.GeneratedAt}, more than {StaleIndex.Days} days ago",
                "publish again, with or without new packages, so that consumers see that nobody withholds news"
            );
        }
    }

    private static void Fail(VerificationFindings findings, string rule, string file, string problem, string? remedy) =>
        findings.Fail(rule, file, $"{file}: {problem}", remedy);
}
