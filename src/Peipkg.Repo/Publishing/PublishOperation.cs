using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.Auditing;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Keys;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Retention;
using Peipkg.Repo.Site;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Publishing;

/// <summary>
/// Publishes, in five steps: read the state, take in packages, plan the generation, write it, switch to it. Until the
/// switch nothing that a reader sees changes, and at every instant one whole generation is there.
/// </summary>
internal sealed class PublishOperation
{
    private readonly PublishRequest _request;
    private readonly OperationContext _context;
    private readonly DocumentSigner _key;
    private readonly CancellationToken _cancellation;
    private readonly bool _inPlace;

    private PublishOperation(
        PublishRequest request,
        OperationContext context,
        DocumentSigner key,
        CancellationToken cancellation
    )
    {
        _request = request;
        _context = context;
        _key = key;
        _cancellation = cancellation;
        _inPlace = IsSameDirectory(request.In, request.Out);
    }

    /// <summary>Runs a publication.</summary>
    /// <returns>The exit code: failure when anything was refused.</returns>
    /// <exception cref="UserErrorException">Something prevents publishing altogether.</exception>
    internal static int Run(PublishRequest request, OperationContext context, CancellationToken cancellation)
    {
        using DocumentSigner key = DocumentSigner.Load(request.SignKey, context.Diagnostics);
        return new PublishOperation(request, context, key, cancellation).Run();
    }

    private int Run()
    {
        RefuseNesting();
        using RepositoryLock? held = _request.DryRun ? null : Lock();
        PublishedState state = ReadState();
        PackageIntake intake = TakeIn(state);
        PublishPlan plan = Plan(state, intake);
        PublishReport report = Judge(state, intake, plan);
        if (!report.IsRefused && !_request.DryRun)
        {
            using GenerationTransaction transaction = Begin(state, plan);
            WriteGeneration(transaction, state, intake, plan, report);
            GenerationCommit.Switch(transaction, state, plan, report.Summary(), [_key], _context, _cancellation);
        }

        report.WriteResult(_context.Output, _context.Diagnostics.Verbosity);
        return report.IsRefused ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>Reads and judges what is published, and clears away what a run before this one left.</summary>
    private PublishedState ReadState()
    {
        PublishedState state = PublishedState.Load(
            RepositorySnapshot.Read(_request.In),
            WriterChecks.JudgedAt(_request.At, _context.Clock),
            _request.IsRebuild
        );
        if (!_inPlace)
        {
            NewRepositoryDirectory.Probe(_request.Out, OutOfPlaceTransaction.Remedy);
        }

        state.Warnings.ForEach(_context.Diagnostics.Warning);
        WriterChecks.RefuseKey(state, _key.Fingerprint, _request.SignKey);
        WriterChecks.RefuseTime(state, _request.At, _context);
        if (_inPlace && !_request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: !_request.IsRebuild, _context.Diagnostics);
        }

        return state;
    }

    /// <summary>Verifies every new file.</summary>
    private PackageIntake TakeIn(PublishedState state)
    {
        List<string> verdicts = [];
        List<string> published = _request.AllPackages is { } all
            ? NewFiles.Find(all, "--all-packages-dir", _context.Diagnostics, verdicts)
            : [];
        IReadOnlyList<string> fresh =
            _request.Files
            ?? (_request.New is { } directory ? NewFiles.Find(directory, "--new", _context.Diagnostics, verdicts) : []);
        verdicts.AddRange(
            (_request.Files ?? []).Select(static file => file + SiblingNames.Rebuilds).Where(File.Exists)
        );
        IntakeOptions options = new(
            _request.Template,
            _request.SkipExisting && !_request.IsRebuild,
            _request.RequireSigned,
            PermissionsIn(state.Descriptor),
            _request.IsRebuild,
            published.Count,
            Details: !_request.NoSite || _request.DenyAudit is not null,
            RebuildIntake.Read(
                verdicts,
                state,
                _request.Rebuilds,
                takesAny: _request.Files is not null || _request.IsRebuild
            )
        );
        using ProgressPhase progress = _context.Diagnostics.Begin(
            "verifying",
            "packages",
            published.Count + fresh.Count
        );
        return PackageIntake.Run([.. published, .. fresh], state, options, progress, _cancellation);
    }

    private PublishPermissions PermissionsIn(Descriptor descriptor) =>
        _request.SkipLayoutChecks && !descriptor.Edition.LayoutChecksAreOptional
            ? throw new UserErrorException(
                $"--skip-layout-checks: edition {descriptor.Edition} checks every layout; a package that must install elsewhere "
                    + "says so with special_system_package, and is published with --allow-special-system"
            )
            : new PublishPermissions
            {
                Official = descriptor.Official,
                SpecialSystem = _request.AllowSpecialSystem,
                ReferenceHeaders = _request.AllowReferenceHeaders,
                Checks = _request.SkipLayoutChecks ? LayoutChecks.None : LayoutChecks.All,
            };

    /// <summary>Decides what the new generation holds.</summary>
    private PublishPlan Plan(PublishedState state, PackageIntake intake)
    {
        if (!_request.AllowFuture)
        {
            WriterChecks.RefuseLeap(state, _request.At, intake.Packages);
        }

        return PublishPlan.Create(
            _request.IsRebuild ? [] : state.Archive,
            intake.Packages,
            WriterChecks.NextVersion(state, _request.At, _context.Diagnostics),
            _request.At
        );
    }

    /// <summary>Gathers everything that stands against the generation, and says it.</summary>
    private PublishReport Judge(PublishedState state, PackageIntake intake, PublishPlan plan)
    {
        List<Refusal> denied = [.. RetentionRecord.Read(state.Root)?.Refuse(plan.Added) ?? []];
        if (_request.DenyAudit is { } least && intake.Refusals.Count + plan.Refusals.Count + denied.Count == 0)
        {
            denied.AddRange(AuditGate.Check(state, plan, least, _request.Below, _cancellation));
        }

        JudgeSize(RepositoryLayout.ActiveIndex, plan.Active, denied);
        JudgeSize(RepositoryLayout.ArchiveIndex, plan.Archive, denied);
        PublishReport report = new(_request, state, intake, plan, denied, !_key.CanSign);
        report.WriteDiagnostics(_context.Diagnostics);
        return report;
    }

    private void JudgeSize(string document, IReadOnlyList<IndexRow> rows, List<Refusal> denied)
    {
        long size = IndexSize.Of(rows);
        if (!_request.AllowLargeIndex && IndexSize.Refuse(document, size) is { } refusal)
        {
            denied.Add(refusal);
        }
        else if (IndexSize.Warning(document, size) is { } warning)
        {
            _context.Diagnostics.Warning(warning);
        }
    }

    private GenerationTransaction Begin(PublishedState state, PublishPlan plan)
    {
        if (_inPlace)
        {
            return GenerationCommit.Begin(state, plan, [_key]);
        }

        return _key.CanSign
            ? OutOfPlaceTransaction.Begin(_request.In, _request.Out, _context.Clock, _cancellation)
            : throw new UserErrorException(
                $"{_request.SignKey} holds only a public key: what waits for a signature waits in the repository, so --out must be --in"
            );
    }

    /// <summary>Places packages and writes documents and pages where no reader looks yet.</summary>
    private void WriteGeneration(
        GenerationTransaction transaction,
        PublishedState state,
        PackageIntake intake,
        PublishPlan plan,
        PublishReport report
    )
    {
        IndexRow[] beside = [.. intake.Late.Select(static late => late.Row).Distinct()];
        bool handsOver = SignatureDuty.MustHandOver(state);
        bool precompress = _request.Precompress ?? state.IsPrecompressed;
        SitePublication? site = SitePublication.Begin(
            state.Root,
            state.IndexVersion,
            _request.NoSite,
            _context.Diagnostics
        );
        SiteContent content = SiteContent.Of(
            state.Descriptor,
            handsOver ? _key.Fingerprint : state.DescriptorSigner ?? _key.Fingerprint,
            plan,
            RetentionRecord.Read(state.Root)
        );

        // The pages take as long as all the rest.
        Task<SiteChanges>? pages = site is null
            ? null
            : Task.Run(() => site.Render(content, precompress), _cancellation);
        Placement[] details = [.. site?.Details(plan, beside, _cancellation) ?? []];
        Task<SiteChanges>? files = site is null
            ? null
            : Task.Run(() => site.RenderFiles(content, precompress, details), _cancellation);
        transaction.Place(
            [
                .. details,
                .. Packages(plan),
                .. report.Restored,
                .. intake.Late.Where(late => !IsThere(state, late)).Select(static late => late.Content),
            ],
            _cancellation
        );
        if (handsOver)
        {
            _context.Diagnostics.Note(
                $"repo.json was signed with {state.DescriptorSigner!.Value.Grouped}, whose transition ends; it is signed with this key now"
            );
            GenerationWriter.WriteFile(transaction.Stage(RepositoryLayout.Descriptor), state.DescriptorBytes.Span);
            _key.Sign(transaction.Stage, RepositoryLayout.Descriptor, Sha256Digest.Of(state.DescriptorBytes.Span));
        }

        GenerationWriter.WriteIndexes(transaction.Stage, state.Descriptor.Name, plan, _key, precompress);
        pages?.GetAwaiter().GetResult().Stage(transaction);
        files?.GetAwaiter().GetResult().Stage(transaction);
        StageLate(transaction, state, intake.Late, hasPages: !_request.NoSite && site is not null);
    }

    private static bool IsThere(PublishedState state, LateSibling late) =>
        File.Exists(Path.Combine(state.Root, late.Content.RelativePath));

    /// <summary>Verdicts that replace others, and the documents of packages that have more beside them now.</summary>
    private void StageLate(
        GenerationTransaction transaction,
        PublishedState state,
        IReadOnlyList<LateSibling> late,
        bool hasPages
    )
    {
        foreach (LateSibling sibling in late)
        {
            if (IsThere(state, sibling) && sibling.Content is DocumentPlacement document)
            {
                GenerationWriter.WriteFile(transaction.Stage(document.RelativePath), document.Content.Span);
            }
        }

        foreach (
            IGrouping<IndexRow, LateSibling> package in hasPages
                ? late.Where(static sibling => sibling.Row.HasPossibleNames).GroupBy(static sibling => sibling.Row)
                : []
        )
        {
            GenerationWriter.WriteFile(
                transaction.Stage(package.Key.DetailsPlace),
                PackageDetails
                    .OfPublished(
                        state.Root,
                        package.Key,
                        _cancellation,
                        LateSibling.With(PackageDetails.SiblingsOf(state.Root, package.Key), package)
                    )
                    .Span
            );
        }
    }

    private IEnumerable<Placement> Packages(PublishPlan plan) =>
        plan.Added.SelectMany(package => package.Placements(_request.FilesStay));

    private RepositoryLock? Lock()
    {
        if (!Directory.Exists(_request.In))
        {
            return null;
        }

        try
        {
            return WriterChecks.Lock(_request.In, _context);
        }
        catch (PosixIOException exception)
            when (!_inPlace && exception.Error is Errno.AccessDenied or Errno.ReadOnlyFileSystem)
        {
            // What we cannot write to we only read; a snapshot is consistent without a lock.
            return null;
        }
    }

    /// <summary>A repository inside another would be carried over into itself, and be published with it.</summary>
    private void RefuseNesting()
    {
        if (!_inPlace && (IsBelow(_request.Out, _request.In) || IsBelow(_request.In, _request.Out)))
        {
            throw new UserErrorException(
                $"--in {_request.In} and --out {_request.Out} lie one inside the other; {OutOfPlaceTransaction.Remedy}"
            );
        }
    }

    private static bool IsBelow(string path, string directory)
    {
        for (
            string? above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
            above is not null;
            above = Path.GetDirectoryName(above)
        )
        {
            if (IsSameDirectory(above, directory))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSameDirectory(string first, string second) =>
        FileStatus.Of(first, followLinks: true) is { } one
        && FileStatus.Of(second, followLinks: true) is { } other
        && one.IsSameFile(other);
}
