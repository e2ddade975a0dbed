using System.Collections.Concurrent;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Querying;
using Peipkg.Repo.Reading;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Verifying;

/// <summary>
/// Holds every package to its index entry: that it is there with the very bytes, and, when looked at whole, that it keeps
/// the format, that the entry says what its manifest says, and that its signer counts.
/// </summary>
internal sealed class PackageVerification
{
    private const string Restore = "restore it from a mirror or a backup";

    private readonly PackageTrust? _trust;
    private readonly string? _siteRoot;
    private readonly CancellationToken _stop;
    private readonly ConcurrentBag<(int Index, bool Failure, VerificationFinding Finding)> _found = [];
    private int _unsigned;

    private PackageVerification(PackageTrust? trust, string? siteRoot, CancellationToken stop)
    {
        _trust = trust;
        _siteRoot = siteRoot;
        _stop = stop;
    }

    /// <summary>Checks the packages of all rows, several at once.</summary>
    /// <param name="repository">Where they are.</param>
    /// <param name="rows">The packages.</param>
    /// <param name="trust">Judges signers; null to compare bytes alone.</param>
    /// <param name="siteRoot">Where documents of the package browser lie beside the packages; null where they do not.</param>
    /// <param name="findings">Receives the problems, in the rows' order.</param>
    /// <param name="diagnostics">Shows how far it is.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static void Run(
        RepositoryReader repository,
        IReadOnlyList<IndexRow> rows,
        PackageTrust? trust,
        string? siteRoot,
        VerificationFindings findings,
        Diagnostics diagnostics,
        CancellationToken stop
    )
    {
        PackageVerification audit = new(trust, siteRoot, stop);
        List<(int Index, IndexRow Row, IReadOnlyList<PackageCopy> Copies)> work =
        [
            .. rows.Select((row, index) => (index, row, repository.Find(row)))
                .Where(static item => item.Item3.Count > 0),
        ];
        using ProgressPhase progress = diagnostics.Begin(
            trust is null ? "hashing" : "verifying",
            "packages",
            work.Count,
            work.Sum(static item => item.Row.Size)
        );
        Workers.ForEach(
            work,
            item =>
            {
                audit.Check(item.Index, item.Row, item.Copies);
                progress.Add(1, item.Row.Size);
            },
            stop,
            repository.Parallelism
        );
        foreach ((int _, bool failure, VerificationFinding finding) in audit._found.OrderBy(static item => item.Index))
        {
            (failure ? (Action<VerificationFinding>)findings.Fail : findings.Note)(finding);
        }

        findings.Packages = work.Count;
        NoteHosts(repository, rows, work.Count, findings);
        if (audit._unsigned > 0)
        {
            findings.Note(
                "package-unsigned",
                repository.Location,
                $"{Counted.Text(audit._unsigned, "package is", "packages are")} not signed; consumers that require signatures reject "
                    + (audit._unsigned == 1 ? "it" : "them")
            );
        }
    }

    /// <summary>An entry whose URL names another host is said, whether its package was looked at there or not.</summary>
    private static void NoteHosts(
        RepositoryReader repository,
        IReadOnlyList<IndexRow> rows,
        int looked,
        VerificationFindings findings
    )
    {
        string[] hosts = [.. rows.Select(repository.HostElsewhere).OfType<string>()];
        if (hosts.Length == 0)
        {
            return;
        }

        string where = string.Join(", ", hosts.Distinct(StringComparer.Ordinal).Take(RepoLimits.ShownHosts));
        bool unread = looked < rows.Count;
        findings.Note(
            "package-elsewhere",
            repository.Location,
            $"{hosts.Length} packages are hosted elsewhere by their URLs"
                + (unread ? " and were not checked" : "")
                + $": {where}",
            unread ? "give the directory of their files with --all-packages-dir" : null
        );
    }

    private void Check(int index, IndexRow row, IReadOnlyList<PackageCopy> copies)
    {
        VerificationFinding? problem = null;
        foreach (PackageCopy copy in copies)
        {
            try
            {
                if (_trust is null ? HasBytes(row, copy, ref problem) : IsSound(index, row, copy, ref problem))
                {
                    return;
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problem = new VerificationFinding(
                    "package-unreadable",
                    copy.Place,
                    $"cannot read: {row.FileName}: {error.Message}",
                    null
                );
            }
        }

        problem ??= new VerificationFinding(
            "package-missing",
            copies[0].Place,
            $"missing file: {row.FileName} is in the index but not at {copies[0].Place}",
            Restore
        );
        _found.Add((index, true, problem));
    }

    /// <summary>Whether the copy is there and has the bytes.</summary>
    private bool HasBytes(IndexRow row, PackageCopy copy, ref VerificationFinding? problem)
    {
        using Stream? package = copy.Open();
        if (package is null)
        {
            return false;
        }

        using Sha256Hasher hash = new();
        long size = 0;
        byte[] buffer = new byte[128 << 10];
        while (package.Read(buffer) is int read and > 0)
        {
            _stop.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
            size += read;
            if (size > row.Size && !package.CanSeek)
            {
                problem = new VerificationFinding(
                    "package-size",
                    copy.Place,
                    $"{copy.Place} sends more than the {row.Size} bytes that the index claims",
                    Restore
                );
                return false;
            }
        }

        problem = Difference(row, copy, hash.Finish(), size) ?? problem;
        return problem is null;
    }

    private bool IsSound(int index, IndexRow row, PackageCopy copy, ref VerificationFinding? problem)
    {
        VerifiedPackage verified;
        try
        {
            using Stream? package = copy.Open();
            if (package is null)
            {
                return false;
            }

            verified = PackageVerifier.Verify(
                new BoundedStream(package, row.Size),
                new PackageVerifyOptions
                {
                    Edition = _trust!.Edition,
                    AllowReferenceHeaders = true,
                    Published = true,
                },
                _stop
            );
        }
        catch (FormatViolationException error)
        {
            // Whether other bytes came to be here is the better question; only bytes that are the published ones have a format.
            if (HasBytes(row, copy, ref problem))
            {
                problem = new VerificationFinding(
                    error.Rule,
                    copy.Place,
                    $"{copy.Place}: {error.Message}",
                    "consumers reject it; publish a higher revision"
                );
            }

            return false;
        }

        problem = Difference(row, copy, verified.PackageHash, verified.CompressedSize) ?? problem;
        if (problem is not null)
        {
            return false;
        }

        CompareEntry(index, row, copy, verified);
        JudgeContent(index, row, copy, verified);
        JudgeSigner(index, row, copy, verified);
        if (_siteRoot is not null && SiteVerification.CheckDetails(_siteRoot, row, verified) is { } details)
        {
            _found.Add((index, false, details));
        }

        return true;
    }

    private static VerificationFinding? Difference(IndexRow row, PackageCopy copy, Sha256Digest hash, long size) =>
        hash != row.Hash
            ? new VerificationFinding(
                "package-bytes",
                copy.Place,
                $"hash mismatch: {row.FileName} computed {hash} index claims {row.Hash} ({copy.Place})",
                "published bytes were changed; " + Restore
            )
        : size != row.Size
            ? new VerificationFinding(
                "package-size",
                copy.Place,
                $"size mismatch: {row.FileName} has {size} bytes, index claims {row.Size} ({copy.Place})",
                "rebuild the indexes with --rebuild --all-packages-dir"
            )
        : null;

    private void CompareEntry(int index, IndexRow row, PackageCopy copy, VerifiedPackage package)
    {
        IndexEntry entry = IndexEntry.FromPackage(
            package.Manifest,
            package.PackageHash,
            package.CompressedSize,
            row.Url
        );
        if (entry.SaysTheSame(row.Entry))
        {
            return;
        }

        List<EntryChange> changes = EntryChanges.Between(row.Entry, entry);
        _found.Add(
            (
                index,
                true,
                new VerificationFinding(
                    "package-entry",
                    copy.Place,
                    $"{row}: the index says other things of it than its manifest"
                        + (
                            changes.Count > 0
                                ? $": {string.Join("; ", changes)}"
                                : " about its identity, installed size or build"
                        ),
                    "rebuild the indexes with --rebuild --all-packages-dir"
                )
            )
        );
    }

    /// <summary>What consumers refuse for its layout, and what other producers wrote in ways of their own.</summary>
    private void JudgeContent(int index, IndexRow row, PackageCopy copy, VerifiedPackage package)
    {
        Edition edition = _trust!.Edition;
        foreach (LayoutProblem problem in PackageJudgement.Publish(package, edition, _trust.Permissions))
        {
            bool refused = problem.Severity == LayoutSeverity.Error;
            if (refused || problem.Rule == PackageJudgement.HabitRule)
            {
                _found.Add(
                    (
                        index,
                        refused && !edition.LayoutChecksAreOptional,
                        new VerificationFinding(
                            problem.Rule,
                            copy.Place,
                            $"{row}: {problem.Message}",
                            refused ? "consumers refuse to install it; publish a higher revision" : null
                        )
                    )
                );
            }
        }
    }

    private void JudgeSigner(int index, IndexRow row, PackageCopy copy, VerifiedPackage package)
    {
        if (package.Signature is not { } signature)
        {
            Interlocked.Increment(ref _unsigned);
            return;
        }

        if (_trust!.Keys.Find(signature.KeyFingerprint) is { } key && !signature.Verifies(key, package.SignedDigest))
        {
            _found.Add(
                (
                    index,
                    true,
                    new VerificationFinding(
                        "package-signature",
                        copy.Place,
                        $"{row}: its signature is not {signature.KeyFingerprint}'s over this content",
                        "consumers reject it; publish a higher revision"
                    )
                )
            );
        }
        else if (_trust.Keys.WhyNot(signature.KeyFingerprint, _trust.Now) is { } reason)
        {
            bool advertised = _trust.IsAdvertised(row);
            _found.Add(
                (
                    index,
                    advertised,
                    new VerificationFinding(
                        "package-signer",
                        copy.Place,
                        $"{row}: the key {signature.KeyFingerprint} that signed it {reason}; consumers refuse to install it",
                        advertised ? "publish it again with a higher revision and another key" : null
                    )
                )
            );
        }
    }
}
