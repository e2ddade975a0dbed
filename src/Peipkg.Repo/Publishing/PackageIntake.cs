using System.Collections.Concurrent;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>What the operator asks of new packages.</summary>
/// <param name="Template">Where they will be fetched from.</param>
/// <param name="SkipExisting">Whether files with published bytes are passed over.</param>
/// <param name="RequireSigned">Whether unsigned packages are refused.</param>
/// <param name="Permissions">What of the layout's rules does not hold.</param>
/// <param name="Rebuild">Whether the packages are those already published.</param>
/// <param name="PublishedFiles">How many of the files, the first, are published already.</param>
/// <param name="Details">Whether to make the documents of the package browser.</param>
/// <param name="Rebuilds">The verdicts of rebuilds that come in.</param>
internal sealed record IntakeOptions(
    UrlTemplate Template,
    bool SkipExisting,
    bool RequireSigned,
    PublishPermissions Permissions,
    bool Rebuild,
    int PublishedFiles,
    bool Details,
    RebuildIntake Rebuilds
);

/// <summary>
/// Looks at every new file: verifies it whole (container, manifest, hashes, layout, signature) and makes its index entry,
/// or says why it is refused. Files are verified on all cores; the outcome does not depend on their order.
/// </summary>
internal sealed class PackageIntake
{
    private const string SiblingRemedy =
        "; write it anew with \"peipkg-build sign --attest\" or \"build --attest\", or remove it";

    private readonly PublishedState _state;
    private readonly Lazy<IReadOnlyList<PublicKey>> _keys;
    private readonly IntakeOptions _options;
    private readonly ILookup<long, IndexRow> _publishedBySize;
    private readonly Dictionary<PackageIdentity, IndexRow> _published;
    private readonly ConcurrentBag<(int Index, NewPackage Package)> _packages = [];
    private readonly ConcurrentBag<(int Index, Refusal Refusal)> _refusals = [];
    private readonly ConcurrentBag<(int Index, string File, IndexRow Row)> _skipped = [];
    private readonly ConcurrentBag<(int Index, LateSibling Sibling)> _late = [];
    private readonly ConcurrentBag<(int Index, string Text)> _warnings = [];

    private PackageIntake(PublishedState state, IntakeOptions options)
    {
        _state = state;
        _options = options;
        _keys = new(() => state.Keys.CountingAt(state.JudgedAt));
        IEnumerable<IndexRow> bySize = options.SkipExisting ? state.Archive : [];
        _publishedBySize = bySize.ToLookup(static row => row.Size);
        IEnumerable<IndexRow> byIdentity = options.Rebuild ? state.Archive : [];
        _published = byIdentity.ToDictionary(static row => row.Identity);
    }

    /// <summary>The verified packages, in the order of their files.</summary>
    internal IReadOnlyList<NewPackage> Packages { get; private set; } = [];

    /// <summary>The refused files, in order.</summary>
    internal IReadOnlyList<Refusal> Refusals { get; private set; } = [];

    /// <summary>The files passed over because their bytes are published, in order.</summary>
    internal IReadOnlyList<(string File, IndexRow Row)> Skipped { get; private set; } = [];

    /// <summary>What comes to lie beside packages that were published before, in the order of files.</summary>
    internal IReadOnlyList<LateSibling> Late { get; private set; } = [];

    /// <summary>What deserves attention, in order.</summary>
    internal IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Takes in files.</summary>
    /// <param name="files">Paths, sorted.</param>
    /// <param name="state">What is published.</param>
    /// <param name="options">What the operator asks.</param>
    /// <param name="progress">Shown how far the work is.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static PackageIntake Run(
        IReadOnlyList<string> files,
        PublishedState state,
        IntakeOptions options,
        ProgressPhase progress,
        CancellationToken stop
    )
    {
        PackageIntake intake = new(state, options);
        (int Index, string File)[] numbered = [.. files.Select(static (file, index) => (index, file))];
        Workers.ForEach(
            numbered,
            item =>
            {
                intake.Take(item.Index, item.File, progress, stop);
                progress.Add(1, 0);
            },
            stop
        );
        intake.Packages = [.. intake._packages.OrderBy(static item => item.Index).Select(static item => item.Package)];
        intake.Refusals = [.. intake._refusals.OrderBy(static item => item.Index).Select(static item => item.Refusal)];
        intake.Skipped =
        [
            .. intake._skipped.OrderBy(static item => item.Index).Select(static item => (item.File, item.Row)),
        ];
        intake.Late =
        [
            .. intake
                ._late.OrderBy(static item => item.Index)
                .Select(static item => item.Sibling)
                .DistinctBy(static late => (late.Row, late.Suffix)),
            .. options.Rebuilds.TakeLate(state),
        ];
        intake.Refusals = [.. intake.Refusals, .. options.Rebuilds.Refusals];
        intake.Warnings = [.. intake._warnings.OrderBy(static item => item.Index).Select(static item => item.Text)];
        return intake;
    }

    private void Take(int index, string file, ProgressPhase progress, CancellationToken stop)
    {
        try
        {
            if (FileStatus.Of(file) is not { IsRegular: true })
            {
                // A link's target may change after publication, and a pipe would be waited for.
                Refuse(index, file, IntakeRule.Unreadable, "it is not a regular file; give the package itself");
                return;
            }

            if (FindPublishedBytes(file, stop) is { } published)
            {
                _skipped.Add((index, file, published));
                TakeLate(index, file, published, stop);
                if (published.Entry.Withdrawn is { } withdrawal)
                {
                    Warn(index, $"{file}: {published} was withdrawn at {withdrawal.At} ({withdrawal.Reason})");
                }

                return;
            }

            using FileStream stream = new(
                file,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read,
                bufferSize: 0,
                FileOptions.SequentialScan
            );
            using ProgressStream watched = new(stream, progress);
            VerifiedPackage package = PackageVerifier.Verify(
                watched,
                new PackageVerifyOptions
                {
                    Edition = _state.Edition,
                    AllowReferenceHeaders = _options.Permissions.ReferenceHeaders || IsPublished(index),
                    Published = IsPublished(index),
                },
                stop
            );
            Judge(index, file, package, stop);
        }
        catch (FormatViolationException error)
        {
            Refuse(index, file, error.Rule, $"{error.Place}: {error.Detail}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(index, file, IntakeRule.Unreadable, error.Message);
        }
    }

    private IndexRow? FindPublishedBytes(string file, CancellationToken stop)
    {
        if (!_options.SkipExisting)
        {
            return null;
        }

        IndexRow[] sameSize = [.. _publishedBySize[new FileInfo(file).Length]];
        if (sameSize.Length == 0)
        {
            return null;
        }

        Sha256Digest hash = HashedFile.Digest(file, stop).Hash;
        return Array.Find(sameSize, row => row.Hash == hash);
    }

    private void Judge(int index, string file, VerifiedPackage package, CancellationToken stop)
    {
        Manifest manifest = package.Manifest;
        IndexRow? known = _published.GetValueOrDefault(
            new PackageIdentity(manifest.Name, manifest.Version, manifest.Architecture)
        );
        bool sound = JudgeContent(index, file, package, known);
        sound &= JudgeSignature(index, file, package, known);
        sound &= JudgeBytes(index, file, package, known, stop);

        foreach (FormatViolationException fault in IsPublished(index) ? ManifestRules.ProducerFaults(manifest) : [])
        {
            Warn(index, $"{file}: {fault.Detail}; it stays because it is published already");
        }

        // A published URL stays, unless it leads nowhere.
        string url =
            known is not null && (known.Place is not null || known.Url.Contains("://", StringComparison.Ordinal))
                ? known.Url
                : _options.Template.Expand(manifest.Name, manifest.Version, manifest.Architecture);
        string conventional = PackageFileName.Compose(manifest.Name, manifest.Version, manifest.Architecture);
        IReadOnlyList<Sibling> siblings = JudgeSiblings(index, file, package, ref sound, stop);
        IReadOnlyList<RebuildVerdict> rebuilds = JudgeRebuilds(index, file, package, conventional, ref sound);
        string longest = siblings.Count + rebuilds.Count == 0 ? "" : SiblingNames.Attestation;
        sound &= JudgePlace(
            index,
            file,
            $"{RepositoryLayout.PackagePath(url)}{longest}/{manifest.Version}/{conventional}{longest}"
        );
        if (Path.GetFileName(file) != conventional)
        {
            Warn(index, $"{file}: by its manifest this is {conventional}, and it is published under that name");
        }

        if (sound)
        {
            IndexEntry entry = IndexEntry.FromPackage(manifest, package.PackageHash, package.CompressedSize, url);
            IndexRow row = IndexRow.Of(entry, _state.Edition);
            row = known?.Entry.Withdrawn is { } withdrawal ? row.Withdraw(withdrawal) : row;
            _packages.Add(
                (
                    index,
                    new NewPackage(
                        file,
                        row,
                        package.Signature?.KeyFingerprint.Text,
                        _options.Details
                            ? PackageDetails.Write(
                                row,
                                package,
                                PackageSiblings.Of(siblings.Select(static sibling => sibling.Suffix), rebuilds)
                            )
                            : default
                    )
                    {
                        Siblings = siblings,
                        Rebuilds = rebuilds,
                    }
                )
            );
        }
    }

    /// <summary>What lies beside the package goes with it, or keeps it out: nothing of it is lost unseen.</summary>
    private IReadOnlyList<Sibling> JudgeSiblings(
        int index,
        string file,
        VerifiedPackage package,
        ref bool sound,
        CancellationToken stop
    )
    {
        try
        {
            return SiblingFiles.Take(
                file,
                package.PackageHash,
                () =>
                    package.Signature is { } signature && _state.Keys.Find(signature.KeyFingerprint) is { } signer
                        ? [.. _keys.Value, signer]
                        : _keys.Value,
                stop
            );
        }
        catch (SiblingException exception) when (IsPublished(index))
        {
            Warn(index, $"{exception.File}: {exception.Message}; it is left out of the rebuilt repository");
            return [];
        }
        catch (SiblingException exception)
        {
            Refuse(index, exception.File, exception.Rule, exception.Message + SiblingRemedy);
            sound = false;
            return [];
        }
    }

    private IReadOnlyList<RebuildVerdict> JudgeRebuilds(
        int index,
        string file,
        VerifiedPackage package,
        string fileName,
        ref bool sound
    )
    {
        bool good = true;
        IReadOnlyList<RebuildVerdict> verdicts = _options.Rebuilds.Take(
            package.PackageHash,
            fileName,
            package.Signature?.KeyFingerprint,
            isPublished: IsPublished(index),
            (culprit, rule, reason) =>
            {
                Refuse(index, culprit ?? file, rule, reason);
                good = false;
            }
        );
        sound &= good;
        return verdicts;
    }

    /// <summary>What lies beside a file that is passed over, and not yet beside the published package, is not lost.</summary>
    private void TakeLate(int index, string file, IndexRow published, CancellationToken stop)
    {
        if (published.Place is not { } place)
        {
            return;
        }

        try
        {
            foreach (Sibling sibling in SiblingFiles.Take(file, published.Hash, () => _keys.Value, stop))
            {
                if (!File.Exists(Path.Combine(_state.Root, place + sibling.Suffix)))
                {
                    _late.Add(
                        (
                            index,
                            new LateSibling(
                                published,
                                sibling.Suffix,
                                new PackagePlacement(sibling.File, place + sibling.Suffix, sibling.Size, sibling.Hash)
                            )
                        )
                    );
                }
            }
        }
        catch (SiblingException exception)
        {
            Warn(index, $"{exception.File}: {exception.Message}; it is not published");
        }
    }

    private bool IsPublished(int index) => index < _options.PublishedFiles;

    /// <summary>No file system takes a longer name, whether for the package, its directory or its page.</summary>
    private bool JudgePlace(int index, string file, string path)
    {
        string? longest = path.Split('/').MaxBy(static component => component.Length);
        if (longest is not { Length: > Limits.PathComponentBytes })
        {
            return true;
        }

        Refuse(
            index,
            file,
            IntakeRule.NameTooLong,
            $"its name and version would make a file name of {longest.Length} characters, and a file name has at most "
                + $"{Limits.PathComponentBytes}; build it with a shorter version"
        );
        return false;
    }

    /// <summary>In a rebuild: published bytes that are still there do not give way to others.</summary>
    private bool JudgeBytes(int index, string file, VerifiedPackage package, IndexRow? known, CancellationToken stop)
    {
        if (known is null || known.Hash == package.PackageHash)
        {
            return true;
        }

        string? place = known.Place;
        if (
            place is not null
            && Path.Combine(_state.Root, place) is var path
            && File.Exists(path)
            && HashedFile.Has(path, known.Size, known.Hash, stop)
        )
        {
            Refuse(
                index,
                file,
                IntakeRule.PublishedBytesChanged,
                $"{known} was published with other bytes, which are still in {path}, and what is published never changes; "
                    + "leave this file out or build it with a higher revision"
            );
            return false;
        }

        Warn(
            index,
            $"{file}: {known} was published with other bytes ({known.Hash}), which are lost; the rebuilt indexes name these"
        );
        return true;
    }

    /// <summary>What the edition says of manifest, payload and headers; published bytes stay whatever it is.</summary>
    private bool JudgeContent(int index, string file, VerifiedPackage package, IndexRow? known)
    {
        bool stays = _state.ArchiveVerified && known?.Hash == package.PackageHash;
        bool sound = true;
        foreach (LayoutProblem problem in PackageJudgement.Publish(package, _state.Edition, _options.Permissions))
        {
            if (problem.Severity != LayoutSeverity.Error)
            {
                Warn(index, $"{file}: {problem.Message}");
            }
            else if (stays)
            {
                Warn(index, $"{file}: {problem.Message}; it stays because it is published already");
            }
            else
            {
                Refuse(index, file, problem.Rule, problem.Message);
                sound = false;
            }
        }

        return sound;
    }

    private bool JudgeSignature(int index, string file, VerifiedPackage package, IndexRow? known)
    {
        if (package.Signature is not { } signature)
        {
            if (_options.RequireSigned)
            {
                Refuse(
                    index,
                    file,
                    IntakeRule.Unsigned,
                    "the package is not signed; sign it with peipkg-build's --sign-key"
                );
                return false;
            }

            Warn(index, $"{file}: the package is not signed; consumers that require signatures reject it");
            return true;
        }

        Fingerprint signer = signature.KeyFingerprint;
        if (_state.Keys.WhyNot(signer, _state.JudgedAt) is { } reason)
        {
            string problem = $"the key {signer} that signed it {reason}";
            if (known is not null && known.Hash == package.PackageHash)
            {
                Warn(index, $"{file}: {problem}; it stays because it was published while the key counted");
                return true;
            }

            Refuse(
                index,
                file,
                IntakeRule.SignerNotAccepted,
                problem + "; sign it with an active key of this repository"
            );
            return false;
        }

        if (_state.Keys.Find(signer) is not { } key)
        {
            Refuse(
                index,
                file,
                IntakeRule.SignerNotAccepted,
                $"it is signed by {signer}, whose key file the repository lacks"
            );
            return false;
        }

        if (!signature.Verifies(key, package.SignedDigest))
        {
            Refuse(index, file, IntakeRule.SignatureInvalid, $"its signature is not {signer}'s over this content");
            return false;
        }

        return true;
    }

    private void Refuse(int index, string file, string rule, string reason) =>
        _refusals.Add((index, new Refusal(file, rule, reason)));

    private void Warn(int index, string text) => _warnings.Add((index, text));
}
