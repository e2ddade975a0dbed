using System.Globalization;
using Peipkg.CommandLine;
using Peipkg.Format.IO;

namespace Peipkg.Repo.State;

/// <summary>
/// A generation that replaces the one in the same directory. Everything is prepared in a staging directory inside the
/// repository; packages are renamed to their places, where no index names them yet; then the prepared <c>index</c> and
/// the present one are exchanged in one step.
/// </summary>
/// <remarks>
/// Four files change together, so they cannot be renamed one by one; a symlink to the current generation would do, but
/// mirrors and static hosts drop or follow links as they please.
/// </remarks>
internal sealed class InPlaceTransaction : PublishTransaction
{
    private readonly string _root;
    private readonly string _staging;
    private readonly List<string> _placed = [];
    private readonly DirectoryTree _directories;
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
        List<(PackagePlacement Package, string Target)> copies = [];
        foreach (PackagePlacement package in packages)
        {
            string place = Path.Combine(_root, package.RelativePath);
            if (!File.Exists(place) || !PackageFile.Has(place, package.Size, package.Hash, stop))
            {
                copies.Add((package, Path.Combine(_staging, copies.Count.ToString(CultureInfo.InvariantCulture))));
            }
        }

        _flushAll = copies.Count > FewPackages;
        CopyAll(copies, flush: !_flushAll, stop);
        StagingDirectory.WritePlacing(_staging, copies.Select(static copy => copy.Package.RelativePath));
        foreach ((PackagePlacement package, string staged) in copies)
        {
            stop.ThrowIfCancellationRequested();
            string place = _directories.Prepare(package.RelativePath);
            _placed.Add(package.RelativePath);
            DurableFile.RenameReplacing(staged, place);
        }
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
            foreach (string path in _committed ? [] : _placed)
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
