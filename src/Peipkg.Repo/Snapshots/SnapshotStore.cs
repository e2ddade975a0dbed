using System.Diagnostics.CodeAnalysis;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Format.Text;
using Peipkg.Posix.Files;
using Peipkg.Repo.Attesting;
using Peipkg.Repo.Indexing;
using Peipkg.Repo.Transactions;
using Peipkg.Repo.World;

namespace Peipkg.Repo.Snapshots;

/// <summary>
/// The named states of a repository: each is a whole repository of second names for the files that it had, without its
/// pages. None of those files is ever changed in place, so that a snapshot stays what it was.
/// </summary>
/// <param name="root">The repository.</param>
internal sealed class SnapshotStore(string root)
{
    private const int LongestName = 64;

    // A name begins with a letter or digit, so that these are none.
    private const string Unfinished = ".new";
    private const string Going = ".gone";

    /// <summary>The names of the snapshots, in order.</summary>
    internal IReadOnlyList<string> Names =>
        FileStatus.Of(Home) is { IsDirectory: true }
            ?
            [
                .. Directory
                    .EnumerateDirectories(Home)
                    .Select(static path => Path.GetFileName(path))
                    .Where(static name => IsName(name))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    private string Home => Path.Combine(root, RepositoryLayout.SnapshotDirectory);

    /// <summary>Reads a name: letters, digits and <c>.-_</c>, the first a letter or digit.</summary>
    internal static bool TryParseName(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error = IsName(value)
            ? null
            : $"{DisplayText.Quote(value)} is no name of a snapshot: give up to {LongestName} of a-z, A-Z, 0-9, \".\", \"-\" and \"_\", "
                + "beginning with a letter or digit";
        return error is null;
    }

    /// <summary>Where a snapshot is.</summary>
    /// <exception cref="UserErrorException">There is none of the name.</exception>
    internal string Find(string name) =>
        Names.Contains(name, StringComparer.Ordinal)
            ? Path.Combine(Home, name)
            : throw new UserErrorException(
                $"{root} has no snapshot {name}{NearestName.Suggestion(name, Names)}"
                    + (Names.Count > 0 ? $"; there are {string.Join(", ", Names)}" : "; \"snapshot create\" takes one")
            );

    /// <summary>Refuses a name that is taken.</summary>
    internal void RefuseTaken(string name)
    {
        if (Path.Exists(Path.Combine(Home, name)))
        {
            throw new UserErrorException(
                $"{root} has a snapshot {name} already, and snapshots never change; give another name"
            );
        }
    }

    /// <summary>Takes a snapshot, all of it or nothing.</summary>
    /// <param name="name">Its name, which is not taken.</param>
    /// <param name="state">The repository, whose lock is held and whose leftovers are removed.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>Packages whose files are not there, and so not in the snapshot.</returns>
    internal IReadOnlyList<IndexRow> Create(string name, PublishedState state, CancellationToken stop)
    {
        Directory.CreateDirectory(Home);
        RemoveUnfinished();
        string target = Path.Combine(Home, Unfinished);
        Directory.CreateDirectory(target);
        PublicMode.Allow(target);
        DirectoryTree places = new(target);
        foreach (string document in Documents(state.Descriptor))
        {
            HardLink.CreateOrCopy(Path.Combine(root, document), places.Prepare(document));
        }

        List<IndexRow> here =
        [
            .. state.Archive.Where(row =>
                row.Place is { } place && FileStatus.Of(Path.Combine(root, place)) is { IsRegular: true }
            ),
        ];
        Workers.ForEach(
            here,
            row =>
            {
                string package = Path.Combine(root, row.Place!);
                string place = places.Prepare(row.Place!);
                HardLink.CreateOrCopy(package, place);
                foreach (string suffix in SiblingFiles.Beside(package))
                {
                    HardLink.CreateOrCopy(package + suffix, place + suffix);
                }
            },
            stop
        );
        DurableFile.SyncFileSystem(target);
        DurableFile.RenameNoReplace(target, Path.Combine(Home, name));
        DurableFile.SyncDirectory(Home);
        HashSet<IndexRow> taken = [.. here];
        return [.. state.Archive.Where(row => row.Place is not null && !taken.Contains(row))];
    }

    /// <summary>Removes a snapshot; files that the repository still has stay there.</summary>
    internal void Delete(string name)
    {
        RemoveUnfinished();
        string going = Path.Combine(Home, Going);
        DurableFile.RenameNoReplace(Find(name), going);
        DurableFile.SyncDirectory(Home);
        TreeRemoval.Remove(going);
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private IEnumerable<string> Documents(Descriptor descriptor) =>
        new[]
        {
            RepositoryLayout.Descriptor,
            RepositoryLayout.DescriptorSignature,
            RepositoryLayout.ActiveIndex,
            RepositoryLayout.ActiveSignature,
            RepositoryLayout.ArchiveIndex,
            RepositoryLayout.ArchiveSignature,
            RepositoryLayout.Retention,
        }
            .Concat(descriptor.Keys.Select(static key => RepositoryLayout.KeyPath(key.Fingerprint)))
            .Where(document => FileStatus.Of(Path.Combine(root, document)) is { IsRegular: true });

    private void RemoveUnfinished()
    {
        foreach (string leftover in new[] { Unfinished, Going })
        {
            TreeRemoval.Remove(Path.Combine(Home, leftover));
        }
    }
}
