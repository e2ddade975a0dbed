using Peipkg.Format;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.State;

namespace Peipkg.Repo.Operations;

/// <summary>Checks the descriptor, its keys, the indexes and all their signatures as a consumer does (§6.5).</summary>
internal static class MetadataAudit
{
    private const string Restore = "restore it from a mirror or a backup";
    private const string Republish = "publish again, or rebuild with --rebuild --all-packages-dir";

    /// <summary>Checks everything but the packages.</summary>
    /// <param name="snapshot">The documents.</param>
    /// <param name="now">The time at which keys in transition must still be accepted.</param>
    /// <param name="allowUnsigned">Whether a missing signature is only noted.</param>
    /// <param name="findings">Receives the problems.</param>
    /// <returns>The indexes that could be read.</returns>
    internal static (IndexSheet? Active, IndexSheet? Archive) Run(
        RepositorySnapshot snapshot, Timestamp now, bool allowUnsigned, Findings findings)
    {
        (IndexSheet? active, IndexSheet? archive) = ReadIndexes(snapshot, findings);
        Descriptor descriptor;
        try
        {
            descriptor = DescriptorDocument.Read(snapshot.Descriptor.Content);
        }
        catch (FormatViolationException error)
        {
            findings.Fail($"{snapshot.Descriptor.Name}: {error.Message}; {Restore}");
            return (active, archive);
        }

        if (!RepositoryLayout.IsConventional(descriptor))
        {
            findings.Fail($"{snapshot.Descriptor.Name}: the indexes are elsewhere than {RepositoryLayout.ConventionalIndexes}, "
                + "where this tool writes and reads them");
        }

        Keyring keys = CheckKeys(snapshot.Root, descriptor, findings);
        foreach (SignedDocument document in new[] { snapshot.Descriptor, snapshot.Active, snapshot.Archive })
        {
            if (document.Content is not null)
            {
                CheckSignature(SignatureCheck.Of(document, keys, now), allowUnsigned, document == snapshot.Descriptor, findings);
            }
        }

        if (active is not null && archive is not null)
        {
            foreach ((string file, string problem) in IndexConsistency.Check(descriptor.Name, active, archive))
            {
                findings.Fail($"{file}: {problem}; {Republish}");
            }
        }

        return (active, archive);
    }

    /// <summary>Reads both indexes by every rule of their documents.</summary>
    internal static (IndexSheet? Active, IndexSheet? Archive) ReadIndexes(RepositorySnapshot snapshot, Findings findings)
    {
        // The two are most of the work, and independent.
        Task<(IndexSheet? Sheet, string? Problem)> other = Task.Run(() => Read(snapshot.Active));
        (IndexSheet? archive, string? archiveProblem) = Read(snapshot.Archive);
        (IndexSheet? active, string? activeProblem) = other.GetAwaiter().GetResult();
        (FormatViolationException? activeFault, FormatViolationException? archiveFault) = StrictIndexCheck.Run(active, archive);
        Report(snapshot.Active, activeProblem ?? activeFault?.Message, findings);
        Report(snapshot.Archive, archiveProblem ?? archiveFault?.Message, findings);
        return (active, archive);
    }

    private static void Report(SignedDocument document, string? problem, Findings findings)
    {
        if (problem is not null)
        {
            findings.Fail($"{document.Name}: {problem}; {Republish}");
        }
    }

    private static (IndexSheet? Sheet, string? Problem) Read(SignedDocument document)
    {
        if (document.Content is null)
        {
            return (null, "the index is missing");
        }

        try
        {
            return (IndexReader.Read(document.Content), null);
        }
        catch (FormatViolationException error)
        {
            return (null, error.Message);
        }
    }

    private static Keyring CheckKeys(string root, Descriptor descriptor, Findings findings)
    {
        Keyring keys = Keyring.Load(root, descriptor);
        foreach (KeyProblem problem in keys.Problems)
        {
            if (problem.Status == KeyStatus.Revoked)
            {
                findings.Note($"{problem.Path}: {problem.Text} (the key is revoked)");
            }
            else
            {
                findings.Fail($"{problem.Path}: {problem.Text}");
            }
        }

        return keys;
    }

    private static void CheckSignature(SignatureCheck check, bool allowUnsigned, bool isDescriptor, Findings findings)
    {
        switch (check.State)
        {
            case SignatureState.Good:
                break;
            case SignatureState.Missing when allowUnsigned:
                findings.Note($"{check.File}: {check.Problem}; consumers that require signatures reject this repository");
                break;
            case SignatureState.Missing:
                findings.Fail($"{check.File}: {check.Problem}; {(isDescriptor ? Restore : Republish)}, or allow it with --allow-unsigned");
                break;
            default:
                findings.Fail($"{check.File}: {check.Problem}; {(isDescriptor ? Restore : Republish)}");
                break;
        }
    }
}
