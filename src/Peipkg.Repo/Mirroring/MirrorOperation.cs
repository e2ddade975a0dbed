using Peipkg.CommandLine.Host;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Publishing;
using Peipkg.Repo.Reading;
using Peipkg.Repo.Remote;
using Peipkg.Repo.Reporting;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.Verifying;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Mirroring;

/// <summary>
/// Copies a repository whole: the same documents with the same signatures, and the same packages. Packages come first, and
/// the documents that name them take effect in one step, so that consumers of the copy see one generation or the next.
/// </summary>
internal sealed class MirrorOperation
{
    private readonly MirrorRequest _request;
    private readonly OperationContext _context;
    private readonly CancellationToken _stop;
    private readonly MirrorCopy _copy;
    private readonly RemoteRepositoryReader _source;

    private MirrorOperation(
        MirrorRequest request,
        MirrorCopy copy,
        RemoteRepositoryReader source,
        OperationContext context,
        CancellationToken stop
    )
    {
        _request = request;
        _copy = copy;
        _source = source;
        _context = context;
        _stop = stop;
    }

    /// <summary>Copies, or compares, as much as is asked for.</summary>
    internal static int Run(MirrorRequest request, OperationContext context, CancellationToken stop)
    {
        request.Address.WarnIfPlain(context.Diagnostics);

        if (request.IsPartial)
        {
            return PartialMirror.Run(request, context, stop);
        }

        if (!request.Check)
        {
            // Refused before anything is made of it.
            _ = MirrorCopy.Read(request.Out);
            Directory.CreateDirectory(request.Out);
        }

        using RepositoryLock? held = request.Check ? null : WriterChecks.LockMirror(request.Out, context);
        MirrorCopy copy = MirrorCopy.Read(request.Out);
        IReadOnlyList<Fingerprint> anchors = copy.Anchors(request.Anchors, context.Now);
        using RemoteRepositoryReader source = new(request.Address, anchors, stop) { Known = copy.Snapshot };
        RepositorySnapshot snapshot = source.ReadDocuments();
        VerifiedDocuments documents = VerifiedSource.Read(source, snapshot, anchors, anyPlaces: false, context);
        return new MirrorOperation(request, copy, source, context, stop).Run(snapshot, documents);
    }

    private int Run(RepositorySnapshot snapshot, VerifiedDocuments documents)
    {
        IndexSheet archive = documents.Archive!;
        _copy.RefuseRollback(_source.Location, snapshot, archive);
        IndexRow[] rows = [.. archive.Rows.Where(static row => row.Place is not null)];
        RefusePlaces(rows, documents.Descriptor!);
        if (_request.Check)
        {
            return MirrorCheck.Run(
                _request,
                rows,
                _copy.SaysTheSame(snapshot) ? null : _copy.Archive,
                archive,
                _context,
                _stop
            );
        }

        if (_copy.Snapshot is null)
        {
            MirrorCopy.Mark(_request.Out, _request.Address.ToString());
        }

        RemoveLeftovers();
        int elsewhere = archive.Rows.Count - rows.Length;
        if (elsewhere > 0)
        {
            _context.Diagnostics.Note(
                $"{Counted.Text(elsewhere, "package is", "packages are")} hosted elsewhere, where the indexes go on naming them"
            );
        }

        IndexRow[] missing = [.. rows.Where(row => !_copy.Has(row))];
        new PackageDownloads(_source, _request.Out).Fetch(missing, _context.Diagnostics, _stop);
        new MirroredSiblings(_source, _request.Out, documents.Keys!.CountingAt(_context.Now)).Fetch(
            missing,
            _context.Diagnostics,
            _stop
        );
        HashSet<string> places = rows.Select(static row => row.Place!).ToHashSet(StringComparer.Ordinal);
        string[] gone = [.. _copy.Places.Where(place => !places.Contains(place))];
        bool hasCopies = CompressedCopies.AreIn(_request.Out);
        bool precompress = _request.Precompress ?? hasCopies;
        bool isNew = !_copy.SaysTheSame(snapshot) || precompress != hasCopies;
        if (isNew)
        {
            Switch(snapshot, documents, gone, precompress);
        }

        Report(documents, missing, gone.Length, isNew);
        return ExitCode.Success;
    }

    /// <summary>A repository that is copied does not decide over anything but packages, documents and keys.</summary>
    private void RefusePlaces(IReadOnlyList<IndexRow> rows, Descriptor descriptor)
    {
        if (rows.FirstOrDefault(static row => RepositoryLayout.IsReserved(row.Place!.Split('/')[0])) is { } row)
        {
            throw new UserErrorException(
                $"{_source.Location} has {row} at {row.Url}, where no package belongs; nothing is changed"
            );
        }

        foreach (DescriptorKey key in descriptor.Keys)
        {
            if (
                RepositoryLayout.DescribedPath(key.Url) is { } path
                && !path.StartsWith(RepositoryLayout.KeyDirectory + "/", StringComparison.Ordinal)
            )
            {
                throw new UserErrorException(
                    $"{_source.Location} has a key at {key.Url}, where no key belongs; nothing is changed"
                );
            }
        }
    }

    private void RemoveLeftovers()
    {
        HashSet<string> places = _copy.Places.ToHashSet(StringComparer.Ordinal);
        int removed = StagingDirectory.RemoveAbandoned(_request.Out, _copy.Archive?.IndexVersion, places.Contains);
        if (removed > 0)
        {
            _context.Diagnostics.Note($"removed {removed} leftovers of a run that ended before it was done");
        }
    }

    /// <summary>Puts the documents into effect, and removes what they no longer name.</summary>
    private void Switch(
        RepositorySnapshot snapshot,
        VerifiedDocuments documents,
        IReadOnlyList<string> gone,
        bool precompress
    )
    {
        bool isFirst = _copy.Snapshot is null;
        using InPlaceTransaction transaction = InPlaceTransaction.Begin(_request.Out, documents.Archive!.IndexVersion);
        foreach (DescriptorKey key in documents.Descriptor!.Keys)
        {
            StageKey(transaction, key);
        }

        (string Name, string Path)[] indexes =
        [
            .. new[] { snapshot.Archive, snapshot.Active }.Select(document =>
                (document.Name, Stage(transaction, document))
            ),
        ];
        if (precompress)
        {
            CompressedCopies.WriteBeside(transaction.Stage, indexes);
        }

        if (!isFirst)
        {
            _ = Stage(transaction, snapshot.Descriptor);
        }

        foreach (string place in gone)
        {
            transaction.Remove(place);
            foreach (string suffix in SiblingFiles.Beside(Path.Combine(_request.Out, place)))
            {
                transaction.Remove(place + suffix);
            }
        }

        _stop.ThrowIfCancellationRequested();
        transaction.Commit();
        WriterChecks.ReportUntidy(transaction.Untidy, _context.Diagnostics);
        if (isFirst)
        {
            // Without it there is no repository for anybody, so it comes last.
            string path = Path.Combine(_request.Out, RepositoryLayout.Descriptor);
            DurableFile.Write(path + RepositoryLayout.SignatureSuffix, snapshot.Descriptor.Signature);
            try
            {
                DurableFile.Write(path, snapshot.Descriptor.Content);
            }
            catch (IOException exception) when (File.Exists(path))
            {
                // It is there, and only its flush failed.
                WriterChecks.ReportUntidy(exception.Message, _context.Diagnostics);
            }
        }
    }

    /// <returns>Where the document is written.</returns>
    private static string Stage(InPlaceTransaction transaction, SignedDocument document)
    {
        string path = transaction.Stage(document.Name);
        GenerationWriter.WriteFile(path, document.Content);
        GenerationWriter.WriteFile(transaction.Stage(document.SignatureName), document.Signature);
        return path;
    }

    /// <summary>A key that the descriptor puts on another host stays there.</summary>
    private void StageKey(InPlaceTransaction transaction, DescriptorKey key)
    {
        if (RepositoryLayout.DescribedPath(key.Url) is not { } place)
        {
            return;
        }

        byte[]? file = _source.ReadKeyFile(key);
        string path = Path.Combine(_request.Out, place);
        if (file is not null && !(File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(file)))
        {
            GenerationWriter.WriteFile(transaction.Stage(place), file);
        }
    }

    private void Report(VerifiedDocuments documents, IndexRow[] fetched, int removed, bool isNew)
    {
        IndexSheet archive = documents.Archive!;
        long bytes = fetched.Sum(static row => row.Size);
        if (_request.Json)
        {
            JsonReport.Write(
                _context.Output,
                json =>
                {
                    json.WriteString("repository", archive.Repo);
                    json.WriteString("url", _request.Address.ToString());
                    json.WriteBoolean("changed", isNew || fetched.Length > 0);
                    json.WriteNumber("index_version", archive.IndexVersion);
                    json.WriteString("generated_at", archive.GeneratedAt.Text);
                    json.WriteNumber("active", documents.Active!.Rows.Count);
                    json.WriteNumber("archive", archive.Rows.Count);
                    json.WriteNumber("fetched", fetched.Length);
                    json.WriteNumber("fetched_bytes", bytes);
                    json.WriteNumber("removed", removed);
                }
            );
            return;
        }

        string name = TerminalText.Escape(archive.Repo);
        string generation = $"index_version {archive.IndexVersion} of {archive.GeneratedAt}";
        _context.Output.WriteLine(
            isNew || fetched.Length > 0
                ? $"mirrored \"{name}\", {generation}: {Counted.Text(fetched.Length, "package")} fetched ({bytes} bytes), {removed} removed, "
                    + $"{documents.Active!.Rows.Count} active, {archive.Rows.Count} in the archive"
                : $"\"{name}\" still has {generation}; nothing is changed"
        );
    }
}
