using Peipkg.CommandLine;
using Peipkg.Format.IO;

namespace Peipkg.Repo.State;

/// <summary>
/// A generation that replaces the one in the same directory. Packages are written beside their places and renamed to
/// them, where no index names them yet; the new <c>index</c> is prepared in a staging directory inside the repository;
/// then it and the present one are exchanged in one step.
/// </summary>
/// <remarks>
/// Four files change together, so they cannot be renamed one by one; a symlink to the current generation would do, but
/// mirrors and static hosts drop or follow links as they please.
/// </remarks>
internal sealed class InPlaceTransaction : PublishTransaction
{
    private readonly string _root;
    private readonly string _staging;
    private readonly DirectoryTree _directories;
    private List<string> _added = [];
    private bool _flushAll;
    private bool _committed;

    private InPlaceTransaction(string root, string staging)
    {
        _root = root;
        _staging = staging;
        _directories = new DirectoryTree(root);
        IndexDirectory = Path.Combine(staging, RepositoryLayout.IndexDirectory);
    }

    internal override string IndexDirectory { get; }

    /// <summary>Prepares the staging directory.</summary>
    /// <param name="root">The repository, whose lock the caller holds.</param>
    /// <exception cref="UserErrorException">The file system cannot exchange two directories.</exception>
    internal static InPlaceTransaction Begin(string root)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        string staging = StagingDirectory.Create(root);
        InPlaceTransaction transaction = new(root, staging);
        try
        {
            Directory.CreateDirectory(transaction.IndexDirectory);
            PublicMode.Allow(transaction.IndexDirectory);
            transaction.ProbeExchange();
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    internal override void Place(IReadOnlyList<PackagePlacement> packages, CancellationToken stop)
    {
        List<PackagePlacement> missing = [.. packages.Where(package => !IsPlaced(package, stop))];
        _flushAll = missing.Count > FewPackages;
        List<string> places = [.. missing.Select(static package => package.RelativePath)];
        _added = places.FindAll(path => !File.Exists(Path.Combine(_root, path)));
        StagingDirectory.WritePlacing(_staging, places);
        Workers.ForEach(missing, package => Place(package, stop), stop);
    }

    internal override void Commit()
    {
        if (_flushAll)
        {
            DurableFile.SyncFileSystem(_root);
        }
        else
        {
            _directories.Flush();
            DurableFile.SyncDirectory(IndexDirectory);
        }

        string index = Path.Combine(_root, RepositoryLayout.IndexDirectory);
        if (Path.Exists(index))
        {
            DurableFile.Exchange(IndexDirectory, index);
        }
        else
        {
            // A rebuild of a repository that has lost its indexes altogether.
            DurableFile.RenameNoReplace(IndexDirectory, index);
        }

        _committed = true;
        DurableFile.SyncDirectory(_root);
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            foreach (string path in _committed ? [] : _added)
            {
                DirectoryTree.RemoveFile(_root, path);
            }

            Directory.Delete(_staging, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whatever generation is in place is whole; the next run removes what is left here.
        }
    }

    private bool IsPlaced(PackagePlacement package, CancellationToken stop)
    {
        string place = Path.Combine(_root, package.RelativePath);
        return File.Exists(place) && PackageFile.Has(place, package.Size, package.Hash, stop);
    }

    private void Place(PackagePlacement package, CancellationToken stop)
    {
        string place = _directories.Prepare(package.RelativePath);
        string temporary = Path.Combine(_root, StagingDirectory.TemporaryOf(package.RelativePath));
        File.Delete(temporary);
        try
        {
            PackageFile.CopyVerified(package, temporary, flush: !_flushAll, stop);
            DurableFile.RenameReplacing(temporary, place);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Better to learn before any package is placed that the last step is impossible.</summary>
    private void ProbeExchange()
    {
        string probe = Path.Combine(_staging, "probe");
        Directory.CreateDirectory(probe);
        try
        {
            DurableFile.Exchange(probe, IndexDirectory);
        }
        catch (PosixIOException error)
            when (error.Error is LinuxFile.InvalidArgument or LinuxFile.NotImplemented or LinuxFile.NotSupported)
        {
            throw new UserErrorException(
                $"the file system of {_root} cannot exchange two directories in one step, so a repository on it cannot be "
                + "published in place without readers seeing a mixture; give another --out and switch to it yourself");
        }

        Directory.Delete(probe);
    }
}
