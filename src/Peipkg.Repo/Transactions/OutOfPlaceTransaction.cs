using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Attestations;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Transactions;

/// <summary>
/// A generation in a directory of its own: what the previous repository holds is carried over, packages as hard links
/// where the file system allows, and the whole appears under its name in one step.
/// </summary>
internal sealed class OutOfPlaceTransaction : GenerationTransaction
{
    /// <summary>What to do about a target that is taken.</summary>
    internal const string Remedy = "give an absent or empty directory, or the same as --in to publish in place";

    private readonly NewRepositoryDirectory _target;
    private readonly DirectoryTree _directories;

    private OutOfPlaceTransaction(NewRepositoryDirectory target)
    {
        _target = target;
        _directories = new DirectoryTree(target.Path);
    }

    /// <summary>Begins the new repository with all that the old one holds but its indexes.</summary>
    /// <param name="source">The previous repository.</param>
    /// <param name="target">The new directory, absent or empty.</param>
    /// <param name="clock">The start written into the lock.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static OutOfPlaceTransaction Begin(
        string source,
        string target,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        OutOfPlaceTransaction transaction = new(NewRepositoryDirectory.Begin(target, clock, Remedy));
        try
        {
            CarryOver(source, transaction._target.Path, isRoot: true, stop);
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    internal override void Place(IReadOnlyList<Placement> files, CancellationToken stop) =>
        Workers.ForEach(files, file => Place(file, stop), stop);

    internal override string Stage(string relativePath)
    {
        string place = _directories.Prepare(relativePath);
        File.Delete(place);
        return place;
    }

    internal override void Remove(string relativePath) => DirectoryTree.RemoveFile(_target.Path, relativePath);

    internal override void Commit()
    {
        _target.Commit();
        Untidy = _target.Untidy;
    }

    protected override void Dispose(bool disposing) => _target.Dispose();

    private void Place(Placement file, CancellationToken stop)
    {
        string place = _directories.Prepare(file.RelativePath);
        if (File.Exists(place))
        {
            if (file.IsAt(place, stop))
            {
                return;
            }

            // Carried over from an unpublished run in the old directory; the name here is only a link to it.
            File.Delete(place);
        }

        file.WriteTo(place, flush: false, stop);
    }

    private static void CarryOver(string source, string target, bool isRoot, CancellationToken stop)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(source))
        {
            stop.ThrowIfCancellationRequested();
            string name = Path.GetFileName(path);
            if (
                DurableFile.IsTemporaryName(name)
                || (isRoot && (RepositoryLayout.IsPrivate(name) || name == RepositoryLayout.IndexDirectory))
            )
            {
                continue;
            }

            string copy = Path.Combine(target, name);
            FileStatus? identity = FileStatus.Of(path);
            if (identity is { IsDirectory: true })
            {
                Directory.CreateDirectory(copy);
                PublicMode.Allow(copy);
                CarryOver(path, copy, isRoot: false, stop);
            }
            else if (
                identity is { IsRegular: true }
                || (identity is { IsSymlink: true } && DocumentSwitch.IsLink(path))
            )
            {
                CarryFile(path, copy);
            }
            else if (identity is not null)
            {
                throw new UserErrorException(
                    $"{path} is neither a file nor a directory, and a repository holds nothing else; remove it"
                );
            }
        }
    }

    /// <summary>
    /// Packages, and the documents beside them, are replaced but never written into, so both generations may share one;
    /// other files belong to one repository each.
    /// </summary>
    private static void CarryFile(string path, string copy)
    {
        if (
            path.EndsWith(PackageFileName.Extension, StringComparison.Ordinal)
            || SiblingNames.Published.Any(suffix =>
                path.EndsWith(PackageFileName.Extension + suffix, StringComparison.Ordinal)
                && File.Exists(path[..^suffix.Length])
            )
            || (
                path.EndsWith(RepositoryLayout.DetailsExtension, StringComparison.Ordinal)
                && File.Exists(Path.ChangeExtension(path, PackageFileName.Extension))
            )
        )
        {
            HardLink.CreateOrCopy(path, copy);
        }
        else
        {
            File.Copy(path, copy);
        }
    }
}
