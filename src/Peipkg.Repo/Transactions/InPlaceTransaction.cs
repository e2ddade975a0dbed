using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// A generation that replaces the one in the same directory. Where only the indexes change, their directory and the new
/// one are exchanged; where other files change with them, <see cref="DocumentSwitch"/> takes the step.
/// </summary>
internal sealed class InPlaceTransaction : GenerationTransaction
{
    private readonly string _root;
    private readonly string _staging;
    private readonly DirectoryTree _places;
    private readonly DirectoryTree _staged;
    private readonly List<string> _stagedPaths = [];
    private readonly ChangeJournal _journal;
    private bool _flushAll;
    private bool _committed;

    private InPlaceTransaction(string root, string staging, ulong indexVersion)
    {
        _root = root;
        _staging = staging;
        _places = new DirectoryTree(root);
        _staged = new DirectoryTree(staging);
        _journal = ChangeJournal.Create(staging, indexVersion);
    }

    /// <summary>Prepares the staging directory.</summary>
    /// <param name="root">The repository, whose lock the caller holds and whose leftovers it has removed.</param>
    /// <param name="indexVersion">The generation's index_version.</param>
    /// <exception cref="UserErrorException">The file system cannot exchange two directories.</exception>
    internal static InPlaceTransaction Begin(string root, ulong indexVersion)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        string staging = StagingDirectory.Create(root, indexVersion);
        InPlaceTransaction transaction = new(root, staging, indexVersion);
        try
        {
            string next = Path.Combine(staging, StagingDirectory.Next);
            Directory.CreateDirectory(next);
            PublicMode.Allow(next);
            transaction.ProbeExchange(next);
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    internal override void Place(IReadOnlyList<Placement> files, CancellationToken stop)
    {
        KnownDirectories present = new(_root);
        List<Placement> missing = [];
        foreach (Placement file in files)
        {
            FileStatus? there = present.Identify(file.RelativePath);
            if (there is not { IsRegular: true } || !file.IsAt(Path.Combine(_root, file.RelativePath), stop))
            {
                missing.Add(file);
            }

            if (there is null)
            {
                _journal.Added.Add(file.RelativePath);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        _flushAll = missing.Count > FewFiles;
        _journal.Write();
        Workers.ForEach(missing, file => Place(file, stop), stop);
    }

    internal override string Stage(string relativePath)
    {
        _stagedPaths.Add(relativePath);
        return _staged.Prepare($"{StagingDirectory.Next}/{relativePath}");
    }

    internal override void Remove(string relativePath) => _journal.Removed.Add(relativePath);

    internal override void Commit()
    {
        List<string> added = [];
        HashSet<string> switched = new(StringComparer.Ordinal);
        foreach (string path in _stagedPaths)
        {
            if (UnitOf(path) is { } unit)
            {
                switched.Add(unit);
            }
            else if (FileStatus.Of(Path.Combine(_root, path)) is null)
            {
                added.Add(path);
            }
            else
            {
                switched.Add(path);
            }
        }

        _flushAll |= _stagedPaths.Count > FewFiles;
        _journal.Added.AddRange(added);
        _journal.Switched.AddRange(switched.Order(StringComparer.Ordinal));
        _journal.Write();
        foreach (string path in added)
        {
            string staged = Path.Combine(_staging, StagingDirectory.Next, path);
            FlushUnlessAll(staged);
            DurableFile.RenameNoReplace(staged, _places.Prepare(path));
        }

        FlushEverything(added);
        if (_journal.Switched is [RepositoryLayout.IndexDirectory])
        {
            ExchangeIndexes();
        }
        else if (_journal.Switched.Count > 0)
        {
            DocumentSwitch step = new(_root, _staging, StagingDirectory.Next);
            step.Prepare(_journal.Switched);
            step.Flip();
        }

        _committed = true;
        TidyUp();
    }

    protected override void Dispose(bool disposing)
    {
        if (_committed)
        {
            return;
        }

        try
        {
            DocumentSwitch.Materialise(_root, _staging, _journal.Switched);
            DocumentSwitch.Forget(_root);
            foreach (string path in _journal.Added)
            {
                DirectoryTree.RemoveFile(_root, path);
            }

            TreeRemoval.Remove(_staging);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whatever generation is in place is whole; the next run removes what is left here.
        }
    }

    private static string? UnitOf(string path) =>
        path.StartsWith(RepositoryLayout.IndexDirectory + "/", StringComparison.Ordinal)
            ? RepositoryLayout.IndexDirectory
        : path is RepositoryLayout.Descriptor or RepositoryLayout.DescriptorSignature ? path
        : null;

    private void FlushEverything(List<string> added)
    {
        if (_flushAll)
        {
            DurableFile.SyncFileSystem(_root);
            return;
        }

        DirectoryTree.Flush(
            _stagedPaths
                .Except(added, StringComparer.Ordinal)
                .Select(path => Path.Combine(_staging, StagingDirectory.Next, path)),
            _staged,
            _places
        );
    }

    private void FlushUnlessAll(string file)
    {
        if (!_flushAll)
        {
            DurableFile.SyncFile(file);
        }
    }

    private void ExchangeIndexes()
    {
        string index = Path.Combine(_root, RepositoryLayout.IndexDirectory);
        string next = Path.Combine(_staging, StagingDirectory.Next, RepositoryLayout.IndexDirectory);
        if (Path.Exists(index))
        {
            DurableFile.Exchange(next, index);
        }
        else
        {
            // A rebuild of a repository that has lost its indexes altogether.
            DurableFile.RenameNoReplace(next, index);
        }
    }

    /// <summary>
    /// From here on nothing that fails takes the generation back, for readers have seen it; the next run would do what is left.
    /// </summary>
    private void TidyUp()
    {
        try
        {
            DurableFile.SyncDirectory(_root);
            DocumentSwitch.Materialise(_root, _staging, _journal.Switched);
            foreach (string path in _journal.Removed)
            {
                DirectoryTree.RemoveFile(_root, path);
            }

            _journal.Finish();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Untidy = error.Message;
        }
    }

    private void Place(Placement file, CancellationToken stop)
    {
        string place = _places.Prepare(file.RelativePath);
        string temporary = Path.Combine(_root, StagingDirectory.TemporaryOf(file.RelativePath));
        try
        {
            try
            {
                file.WriteTo(temporary, flush: !_flushAll, stop);
            }
            catch (IOException error) when (error.HResult == (int)Errno.Exists)
            {
                // A killed run's, whose journal is lost.
                File.Delete(temporary);
                file.WriteTo(temporary, flush: !_flushAll, stop);
            }

            DurableFile.RenameReplacing(temporary, place);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Better to learn before any package is placed that the last step is impossible.</summary>
    private void ProbeExchange(string next)
    {
        string probe = Path.Combine(_staging, "probe");
        Directory.CreateDirectory(probe);
        try
        {
            DurableFile.Exchange(probe, next);
        }
        catch (PosixIOException error)
            when (error.Error is Errno.InvalidArgument or Errno.NotImplemented or Errno.NotSupported)
        {
            throw new UserErrorException(
                $"the file system of {_root} cannot exchange two directories in one step, so a repository on it cannot be "
                    + "changed in place without readers seeing a mixture; give another --out and switch to it yourself"
            );
        }

        PublicMode.Allow(next);
        Directory.Delete(probe);
    }
}
