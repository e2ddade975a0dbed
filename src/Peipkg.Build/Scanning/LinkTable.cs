using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Build.Scanning;

/// <summary>Follows symlinks among the entries of packages, through directories that are symlinks too.</summary>
internal sealed class LinkTable
{
    // As many as the kernel follows.
    private const int MostSteps = 40;

    private readonly Dictionary<string, string?> _targets = new(StringComparer.Ordinal);

    /// <summary>Takes the entries; ancestor directories may be left out.</summary>
    /// <param name="entries">Each path with the target of a symlink, or null.</param>
    internal LinkTable(IEnumerable<(string Path, string? LinkTarget)> entries)
    {
        foreach ((string path, string? target) in entries)
        {
            _targets[path] = target;
            for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (!_targets.TryAdd(path[..slash], null))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Follows a path to the entry that it leads to.</summary>
    /// <param name="path">A path, usually of a symlink.</param>
    /// <param name="end">The path of a file or directory; where there is none, the path that is not there, or null for a circle.</param>
    internal bool TryFollow(string path, [NotNullWhen(true)] out string? end)
    {
        List<string> resolved = [];
        Stack<string> ahead = new(path.Split('/').Reverse());
        int steps = 0;
        while (ahead.TryPop(out string? name))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == "..")
            {
                resolved.RemoveRange(Math.Max(0, resolved.Count - 1), Math.Min(1, resolved.Count));
                continue;
            }

            resolved.Add(name);
            string reached = string.Join('/', resolved);
            if (!_targets.TryGetValue(reached, out string? target))
            {
                end = string.Join('/', [reached, .. ahead]);
                return false;
            }

            if (target is not null)
            {
                if (++steps > MostSteps)
                {
                    end = null;
                    return false;
                }

                resolved.RemoveAt(resolved.Count - 1);
                foreach (string next in target.Split('/').Reverse())
                {
                    ahead.Push(next);
                }
            }
        }

        end = string.Join('/', resolved);
        return true;
    }
}
