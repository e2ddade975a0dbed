using System.Runtime.InteropServices;
using Peipkg.Format.Repositories;
using Peipkg.Repo.Site;

namespace Peipkg.Repo.Auditing;

/// <summary>
/// Finds paths that two packages install into one root. Directories are shared by nature; a file that is another's directory
/// is not.
/// </summary>
internal static class SharedPaths
{
    private const int Shown = 3;

    // Each package is compared with so many others of a path: where thousands share one, not all pairs need telling.
    private const int Compared = 16;

    /// <summary>One finding for each pair of packages that get in each other's way.</summary>
    /// <param name="entries">The packages.</param>
    /// <param name="contents">What they install; null where unknown.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static IEnumerable<AuditFinding> Find(
        IReadOnlyList<IndexEntry> entries,
        IReadOnlyList<PackageContent?> contents,
        CancellationToken stop
    ) =>
        entries
            .Zip(contents)
            .GroupBy(static package => package.First.DefaultRoot)
            .SelectMany(root =>
                FindInRoot(
                    [.. root.Select(static package => package.First)],
                    [.. root.Select(static package => package.Second)],
                    stop
                )
            );

    private static IEnumerable<AuditFinding> FindInRoot(
        IReadOnlyList<IndexEntry> entries,
        IReadOnlyList<PackageContent?> contents,
        CancellationToken stop
    )
    {
        Dictionary<string, int> owners = new(
            contents.Sum(static content => content?.Paths.Count ?? 0),
            StringComparer.Ordinal
        );
        Dictionary<string, List<int>> otherOwners = new(StringComparer.Ordinal);
        SortedDictionary<(int First, int Second), List<string>> shared = [];
        for (int i = 0; i < contents.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            foreach (string path in (contents[i]?.Paths ?? []).Where(static path => !path.EndsWith('/')))
            {
                if (!owners.TryAdd(path, i))
                {
                    NoteOwners(path, i);
                    List<int> others = CollectionsMarshal.GetValueRefOrAddDefault(otherOwners, path, out _) ??= [];
                    if (others.Count < Compared)
                    {
                        others.Add(i);
                    }
                }
            }
        }

        HashSet<(string Directory, int Package)> seen = [];
        for (int i = 0; i < contents.Count; i++)
        {
            string last = "";
            foreach (string path in contents[i]?.Paths ?? [])
            {
                string directory = path[..Math.Max(0, path.LastIndexOf('/'))];
                if (directory != last)
                {
                    last = directory;
                    NoteDirectories(directory, i);
                }
            }
        }

        return shared
            .Where(pair => !MutualExclusion.Exclude(entries[pair.Key.First], entries[pair.Key.Second]))
            .Select(pair => Describe(entries[pair.Key.First], entries[pair.Key.Second], pair.Value));

        void NoteDirectories(string directory, int package)
        {
            for (
                ;
                directory.Length > 0 && seen.Add((directory, package));
                directory = directory[..Math.Max(0, directory.LastIndexOf('/'))]
            )
            {
                NoteOwners(directory, package);
            }
        }

        void NoteOwners(string path, int package)
        {
            if (owners.TryGetValue(path, out int first))
            {
                foreach (
                    int owner in otherOwners.GetValueOrDefault(path, []).Prepend(first).Where(owner => owner != package)
                )
                {
                    Note(Math.Min(owner, package), Math.Max(owner, package), path);
                }
            }
        }

        void Note(int first, int second, string path)
        {
            if (!shared.TryGetValue((first, second), out List<string>? paths))
            {
                shared.Add((first, second), paths = []);
            }

            paths.Add(path);
        }
    }

    private static AuditFinding Describe(IndexEntry first, IndexEntry second, List<string> paths)
    {
        paths.Sort(StringComparer.Ordinal);
        string more = paths.Count > Shown ? $" and {paths.Count - Shown} more" : "";
        return new AuditFinding(
            AuditRule.SharedPath,
            [first.Name.Text, second.Name.Text],
            $"{first.Version} and {second.Name} {second.Version} both install {string.Join(", ", paths.Take(Shown))}{more}",
            [.. paths.Select(path => $"{AuditRule.SharedPath.Id} {first.Name} {second.Name} {path}")]
        );
    }
}
