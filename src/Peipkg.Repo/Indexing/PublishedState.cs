using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Indexing;

/// <summary>The generation that a publication follows, verified.</summary>
internal sealed class PublishedState
{
    private PublishedState(string root, Timestamp judgedAt, Descriptor descriptor, Keyring keys)
    {
        Root = root;
        JudgedAt = judgedAt;
        Descriptor = descriptor;
        Keys = keys;
    }

    /// <summary>The repository's directory.</summary>
    internal string Root { get; }

    /// <summary>The time at which keys in transition must still be accepted: what consumers' clocks show, or will.</summary>
    internal Timestamp JudgedAt { get; }

    internal Descriptor Descriptor { get; }

    /// <summary>The edition of the repository's packages.</summary>
    internal Edition Edition => Descriptor.Edition;

    internal Keyring Keys { get; }

    /// <summary>The exact bytes of <c>repo.json</c>.</summary>
    internal ReadOnlyMemory<byte> DescriptorBytes { get; private set; }

    /// <summary>The key that signed <c>repo.json</c>.</summary>
    internal Fingerprint? DescriptorSigner { get; private set; }

    /// <summary>Identifies the generation.</summary>
    internal Sha256Digest Identity { get; private set; }

    /// <summary>The highest index_version known; null when no index of the old state can be read.</summary>
    internal ulong? IndexVersion { get; private set; }

    /// <summary>The latest generated_at known.</summary>
    internal Timestamp? GeneratedAt { get; private set; }

    /// <summary>What is published, in archive order; what could be relied on of it, in a rebuild.</summary>
    internal IReadOnlyList<IndexRow> Archive { get; private set; } = [];

    /// <summary>Whether the archive index is proven, so that what it names was published.</summary>
    internal bool ArchiveVerified { get; private set; }

    /// <summary>Whether compressed copies lie beside its documents.</summary>
    internal bool IsPrecompressed => CompressedCopies.AreIn(Root);

    /// <summary>What the operator should know, though it prevents nothing.</summary>
    internal List<string> Warnings { get; } = [];

    /// <summary>Judges a repository's documents.</summary>
    /// <param name="snapshot">The documents.</param>
    /// <param name="judgedAt">The later of the clock and the time of the new generation.</param>
    /// <param name="rebuild">Whether indexes that do not verify are warnings only.</param>
    /// <exception cref="UserErrorException">The state does not verify; the message has every reason.</exception>
    internal static PublishedState Load(RepositorySnapshot snapshot, Timestamp judgedAt, bool rebuild)
    {
        List<string> problems = [];
        PublishedState state = LoadDescriptor(snapshot, judgedAt);
        Task<SignatureCheck>? archiveSignature = SignatureCheck.Begin(snapshot.Archive, state.Keys, judgedAt);
        Task<SignatureCheck>? activeSignature = SignatureCheck.Begin(snapshot.Active, state.Keys, judgedAt);
        List<string> archiveProblems = [];
        IndexSheet? archive = state.LoadIndex(snapshot.Archive, archiveSignature, null, archiveProblems);
        IndexSheet? active = state.LoadIndex(snapshot.Active, activeSignature, archive?.Rows, problems);
        problems.AddRange(archiveProblems);
        if (active is not null && archive is not null)
        {
            problems.AddRange(
                IndexConsistency
                    .Check(state.Descriptor.Name, active, archive)
                    .Select(static problem => $"{problem.File}: {problem.Problem}")
            );
        }

        if (problems.Count > 0 && !rebuild)
        {
            throw new UserErrorException(
                $"{snapshot.Root} does not verify, so nothing can be published into it:\n  "
                    + string.Join("\n  ", problems)
                    + "\nRestore the files from a mirror or a backup, or regenerate the indexes from the packages with "
                    + "--rebuild --all-packages-dir."
            );
        }

        state.Warnings.AddRange(problems);
        state.ArchiveVerified = archive is not null;
        state.Archive = archive?.Rows ?? active?.Rows ?? [];
        return state;
    }

    private static PublishedState LoadDescriptor(RepositorySnapshot snapshot, Timestamp judgedAt)
    {
        Descriptor descriptor;
        try
        {
            descriptor = DescriptorDocument.Read(snapshot.Descriptor.Content);
        }
        catch (FormatViolationException exception)
        {
            throw new UserErrorException(
                $"{Path.Combine(snapshot.Root, RepositoryLayout.Descriptor)}: {exception.Message}\n"
                    + "repo.json is what consumers trust; restore it and its signature from a mirror or a backup.",
                exception
            );
        }

        PublishedState state = new(snapshot.Root, judgedAt, descriptor, PublishedKeys.Read(snapshot.Root, descriptor));
        SignatureCheck check = SignatureCheck.Of(snapshot.Descriptor, state.Keys, judgedAt);
        state.DescriptorBytes = snapshot.Descriptor.Content;
        state.DescriptorSigner = check.Signer;
        state.Identity = PendingGeneration.BaseOf(snapshot);
        if (check.State is SignatureState.Expired)
        {
            state.Warnings.Add($"{check.Problem}: consumers reject repo.json until it is signed with an active key");
        }
        else if (check.State is not SignatureState.Good)
        {
            throw new UserErrorException(
                $"{snapshot.Root} does not verify, so nothing can be published into it: {check.File}: {check.Problem}\n"
                    + "repo.json is what consumers trust; restore it and its signature from a mirror or a backup."
            );
        }

        state.Warnings.AddRange(
            state
                .Keys.Problems.Where(static problem => problem.Status != KeyStatus.Revoked)
                .Select(static problem => $"{problem.Path}: {problem.Text}")
        );

        return !RepositoryLayout.IsConventional(descriptor)
            ? throw new UserErrorException(
                $"{snapshot.Root}/repo.json puts the indexes elsewhere than {RepositoryLayout.ConventionalIndexes}; "
                    + "only repositories with these places can be published into"
            )
            : state;
    }

    /// <summary>Reads an index, also one that is not properly signed as far as its version and time are concerned.</summary>
    private IndexSheet? LoadIndex(
        SignedDocument document,
        Task<SignatureCheck>? signature,
        IReadOnlyList<IndexRow>? known,
        List<string> problems
    )
    {
        if (document.Content is null || signature is null)
        {
            problems.Add($"{document.Name}: the index is missing");
            return null;
        }

        IndexReading reading = IndexReader.Read(document.Content, known, Edition);
        problems.AddRange(ProblemsOf(document.Name, reading));
        if (reading.Sheet is { } sheet)
        {
            Follow(sheet.IndexVersion, sheet.GeneratedAt);
        }
        else if (IndexOutline.TrySalvageHead(document.Content, out ulong version, out Timestamp generatedAt))
        {
            Follow(version, generatedAt);
        }

        SignatureCheck check = signature.GetAwaiter().GetResult();
        if (check.State is SignatureState.Expired)
        {
            Warnings.Add($"{check.Problem}: consumers reject the present indexes; the new ones mend that");
        }
        else if (check.State is not SignatureState.Good)
        {
            problems.Add($"{check.File}: {check.Problem}");
            return null;
        }

        return reading.Sheet;
    }

    /// <summary>What is published is signed again, so that whatever breaks a reader's rule stands against it.</summary>
    private static IEnumerable<string> ProblemsOf(string document, IndexReading reading)
    {
        IEnumerable<string> shown = reading
            .Problems.Take(RepoLimits.ShownProblems)
            .Select(problem => $"{document}: {problem.Message}");
        int more = reading.Problems.Count - RepoLimits.ShownProblems;
        return more > 0 ? shown.Append($"{document}: {more} more entries break a rule") : shown;
    }

    private void Follow(ulong version, Timestamp generatedAt)
    {
        IndexVersion = Math.Max(IndexVersion ?? 0, version);
        GeneratedAt = GeneratedAt is { } known && known.CompareTo(generatedAt) > 0 ? known : generatedAt;
    }
}
