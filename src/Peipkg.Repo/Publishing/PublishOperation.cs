using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
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

/// <summary>What is to be published, and how.</summary>
internal sealed record PublishRequest
{
    /// <summary>The previous repository.</summary>
    internal required string In { get; init; }

    /// <summary>The directory of new packages; null only in a rebuild.</summary>
    internal string? New { get; init; }

    /// <summary>The private key's file.</summary>
    internal required string SignKey { get; init; }

    /// <summary>The new indexes' time.</summary>
    internal required Timestamp At { get; init; }

    /// <summary>The new repository; the same directory as <see cref="In"/> to publish in place.</summary>
    internal required string Out { get; init; }

    /// <summary>Where new packages are fetched from.</summary>
    internal required UrlTemplate Template { get; init; }

    /// <summary>In a rebuild, the directory of every package ever published; null otherwise.</summary>
    internal string? AllPackages { get; init; }

    /// <summary>Whether a rebuild may leave out what was published.</summary>
    internal bool ForgetMissing { get; init; }

    /// <summary>Whether files whose bytes are published are passed over.</summary>
    internal bool SkipExisting { get; init; }

    /// <summary>Whether unsigned packages are refused.</summary>
    internal bool RequireSigned { get; init; }

    /// <summary>Whether destinations and side effects go unchecked.</summary>
    internal bool SkipLayoutChecks { get; init; }

    /// <summary>Whether the repository gets no package browser, and loses one that it has.</summary>
    internal bool NoSite { get; init; }

    /// <summary>Whether new findings of the audit stand against publishing.</summary>
    internal bool DenyAudit { get; init; }

    /// <summary>Whether only to say what would change.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Whether to report in JSON.</summary>
    internal bool Json { get; init; }
}

/// <summary>
/// Publishes: verifies the previous state and every new package, plans the new generation, and only then changes the
/// disk, in the order that leaves one whole generation there at every instant.
/// </summary>
internal sealed class PublishOperation
{
    private readonly PublishRequest _request;
    private readonly OperationContext _context;
    private readonly bool _inPlace;

    private PublishOperation(PublishRequest request, OperationContext context)
    {
        _request = request;
        _context = context;
        _inPlace = IsSameDirectory(request.In, request.Out);
    }

    /// <summary>Runs a publication.</summary>
    /// <returns>The exit code: failure when anything was refused.</returns>
    /// <exception cref="UserErrorException">Something prevents publishing altogether.</exception>
    internal static int Run(PublishRequest request, OperationContext context, CancellationToken stop)
    {
        using DocumentSigner key = DocumentSigner.Load(request.SignKey, context.Diagnostics);
        PublishOperation operation = new(request, context);
        operation.RefuseNesting();
        using RepositoryLock? held = request.DryRun ? null : operation.Lock();
        return operation.Run(key, stop);
    }

    private int Run(DocumentSigner key, CancellationToken stop)
    {
        bool rebuild = _request.AllPackages is not null;
        PublishedState state = PublishedState.Load(
            RepositorySnapshot.Read(_request.In),
            WriterChecks.JudgedAt(_request.At, _context.Clock),
            rebuild
        );
        if (!_inPlace)
        {
            NewRepositoryDirectory.Probe(_request.Out, OutOfPlaceTransaction.Remedy);
        }

        foreach (string warning in state.Warnings)
        {
            _context.Diagnostics.Warning(warning);
        }

        WriterChecks.RefuseKey(state, key.Fingerprint, _request.SignKey);
        WriterChecks.RefuseTime(state, _request.At, _context);
        if (_inPlace && !_request.DryRun)
        {
            WriterChecks.RemoveLeftovers(state, mayRemovePackages: !rebuild, _context.Diagnostics);
        }

        List<string> files = FindFiles();
        PackageIntake intake;
        using (ProgressPhase progress = _context.Diagnostics.Begin("verifying", "packages", files.Count))
        {
            intake = PackageIntake.Run(files, state, IntakeOptions(rebuild), progress, stop);
        }

        PublishPlan plan = PublishPlan.Create(
            rebuild ? [] : state.Archive,
            intake.Packages,
            WriterChecks.NextVersion(state, _request.At, _context.Diagnostics),
            _request.At
        );
        List<Refusal> denied = [.. RetentionRecord.Read(state.Root)?.Refuse(plan.Added) ?? []];
        if (_request.DenyAudit && intake.Refusals.Count + plan.Refusals.Count + denied.Count == 0)
        {
            denied.AddRange(AuditGate.Check(state, plan, stop));
        }

        PublishReport report = new(_request, state, intake, plan, denied, !key.CanSign);
        report.WriteDiagnostics(_context.Diagnostics);
        if (!report.IsRefused && !_request.DryRun)
        {
            Commit(state, plan, report, key, stop);
        }

        report.WriteResult(_context.Output);
        return report.IsRefused ? ExitCode.Failure : ExitCode.Success;
    }

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
        catch (PosixIOException error) when (!_inPlace && error.Error is Errno.AccessDenied or Errno.ReadOnlyFileSystem)
        {
            // What we cannot write to we only read; a snapshot is consistent without a lock.
            return null;
        }
    }

    private List<string> FindFiles()
    {
        List<string> files = [];
        if (_request.AllPackages is { } all)
        {
            files.AddRange(NewFiles.Find(all, "--all-packages-dir", _context.Diagnostics));
        }

        if (_request.New is { } fresh)
        {
            files.AddRange(NewFiles.Find(fresh, "--new", _context.Diagnostics));
        }

        return files;
    }

    private IntakeOptions IntakeOptions(bool rebuild) =>
        new(
            _request.Template,
            _request.SkipExisting && !rebuild,
            _request.RequireSigned,
            !_request.SkipLayoutChecks,
            rebuild,
            Details: !_request.NoSite || _request.DenyAudit
        );

    private void Commit(
        PublishedState state,
        PublishPlan plan,
        PublishReport report,
        DocumentSigner key,
        CancellationToken stop
    )
    {
        if (_inPlace)
        {
            GenerationCommit.Run(
                state,
                plan,
                report.Summary(),
                [key],
                transaction => Write(transaction, state, plan, report, key, stop),
                _context,
                stop
            );
            return;
        }

        if (!key.CanSign)
        {
            throw new UserErrorException(
                $"{_request.SignKey} holds only a public key: what waits for a signature waits in the repository, so --out must be --in"
            );
        }

        using GenerationTransaction copy = OutOfPlaceTransaction.Begin(_request.In, _request.Out, _context.Clock, stop);
        Write(copy, state, plan, report, key, stop);
        stop.ThrowIfCancellationRequested();
        copy.Commit();
        WriterChecks.ReportUntidy(copy.Untidy, _context.Diagnostics);
    }

    private void Write(
        GenerationTransaction transaction,
        PublishedState state,
        PublishPlan plan,
        PublishReport report,
        DocumentSigner key,
        CancellationToken stop
    )
    {
        bool handsOver = SignatureDuty.MustHandOver(state);
        SitePublication? site = SitePublication.Begin(state.Root, _request.NoSite, _context.Diagnostics);
        SiteContent content = SiteContent.Of(
            state.Descriptor,
            handsOver ? key.Fingerprint : state.DescriptorSigner ?? key.Fingerprint,
            plan,
            RetentionRecord.Read(state.Root)
        );

        // The pages take as long as all the rest.
        Task<SiteChanges>? pages = site is null ? null : Task.Run(() => site.Render(content), stop);
        List<Placement> placements = [.. site?.Details(plan, stop) ?? []];
        foreach (NewPackage package in plan.Added)
        {
            if (RepositoryLayout.PackagePath(package.Row.Url) is { } path)
            {
                placements.Add(new PackagePlacement(package.File, path, package.Row.Size, package.Row.Hash));
            }
        }

        placements.AddRange(report.Restored);
        transaction.Place(placements, stop);
        if (handsOver)
        {
            _context.Diagnostics.Note(
                $"repo.json was signed with {state.DescriptorSigner!.Value.Grouped}, whose transition ends; it is signed with this key now"
            );
            GenerationWriter.WriteFile(transaction.Stage(RepositoryLayout.Descriptor), state.DescriptorBytes.Span);
            key.Sign(transaction.Stage, RepositoryLayout.Descriptor, Sha256Digest.Of(state.DescriptorBytes.Span));
        }

        GenerationWriter.WriteIndexes(transaction.Stage, state.Descriptor.Name, plan, key);
        pages?.GetAwaiter().GetResult().Stage(transaction);
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
