using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Build.Composing;

/// <summary>A root that is being made of packages. What one package installs, no other does.</summary>
/// <param name="root">An empty directory.</param>
internal sealed class RootTree(string root)
{
    private const int Shown = 3;

    private readonly Dictionary<string, string> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _conflicts = new(StringComparer.Ordinal);

    /// <summary>Adds the files of a package, as further names of the same files where the file system can.</summary>
    /// <param name="entry">The package.</param>
    /// <param name="tree">What it installs.</param>
    internal void Add(IndexEntry entry, string tree) =>
        Merge(new DirectoryInfo(tree), "", $"{entry.Name} {entry.Version}");

    /// <summary>Adds a symlink that a package asks for.</summary>
    /// <param name="path">Where, without slash at its beginning.</param>
    /// <param name="target">Where it leads to.</param>
    /// <param name="package">Who asks for it.</param>
    internal void AddLink(string path, string target, string package)
    {
        for (int slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (!AddDirectory(path[..slash], package))
            {
                return;
            }
        }

        string place = Path.Combine(root, path);
        if (new FileInfo(place).LinkTarget != target && IsFree(path, package))
        {
            File.CreateSymbolicLink(place, target);
        }
    }

    /// <summary>Refuses what packages dispute.</summary>
    /// <exception cref="UserErrorException">Two packages install the same path: all such pairs.</exception>
    internal void RequireUndisputed()
    {
        List<string> problems = [];
        foreach ((string pair, List<string> paths) in _conflicts)
        {
            string more = paths.Count > Shown ? $" and {paths.Count - Shown} more" : "";
            problems.Add($"{pair} both install {string.Join(", ", paths.Take(Shown))}{more}");
        }

        if (problems.Count > 0)
        {
            throw new UserErrorException(string.Join('\n', problems));
        }
    }

    /// <summary>Gives all directories the same mode and time.</summary>
    internal void Seal()
    {
        foreach (string path in _directories.Keys)
        {
            RootCache.Seal(Path.Combine(root, path));
        }

        RootCache.Seal(root);
    }

    private void Merge(DirectoryInfo from, string below, string package)
    {
        foreach (FileSystemInfo entry in from.EnumerateFileSystemInfos())
        {
            string path = below + entry.Name;
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                if (AddDirectory(path, package))
                {
                    Merge(inner, path + "/", package);
                }
            }
            else if (IsFree(path, package))
            {
                Place(entry, Path.Combine(root, path));
            }
        }
    }

    private static void Place(FileSystemInfo entry, string place)
    {
        if (HardLink.TryCreate(entry.FullName, place))
        {
            return;
        }

        if (entry.LinkTarget is { } target)
        {
            File.CreateSymbolicLink(place, target);
        }
        else
        {
            File.Copy(entry.FullName, place);
        }
    }

    private bool AddDirectory(string path, string package)
    {
        if (_owners.TryGetValue(path, out string? owner))
        {
            Note(owner, package, path);
            return false;
        }

        if (_directories.TryAdd(path, package))
        {
            Directory.CreateDirectory(Path.Combine(root, path));
        }

        return true;
    }

    private bool IsFree(string path, string package)
    {
        if (_directories.TryGetValue(path, out string? owner) || !_owners.TryAdd(path, package))
        {
            Note(owner ?? _owners[path], package, path);
            return false;
        }

        return true;
    }

    private void Note(string one, string other, string path)
    {
        string pair = $"{one} and {other}";
        if (!_conflicts.TryGetValue(pair, out List<string>? paths))
        {
            _conflicts.Add(pair, paths = []);
        }

        paths.Add(path);
    }
}
