namespace Peipkg.Format.Layout;

/// <summary>The payload by path. Ancestors of entries are directories of it, also where the packer is left to add them.</summary>
internal sealed class PayloadTree(Dictionary<string, IPayloadEntry> payload)
{
    private HashSet<string>? _ancestors;

    /// <summary>The entry at a path; null for none and for ancestors that were left out.</summary>
    internal IPayloadEntry? Find(string path) => payload.GetValueOrDefault(path);

    /// <summary>Whether the package installs something at a path.</summary>
    internal bool Holds(string path) => payload.ContainsKey(path) || Ancestors.Contains(path);

    /// <summary>Every entry below one that is not a directory, with that.</summary>
    internal IEnumerable<(string Path, string Parent)> BelowOthersThanDirectories()
    {
        // An ancestor that is itself an entry answers for those above it; the walk up ends there.
        var lookup = payload.GetAlternateLookup<ReadOnlySpan<char>>();
        var found = new List<(string, string)>();
        foreach (var path in payload.Keys)
        {
            var parent = Parent(path);
            while (!parent.IsEmpty && !lookup.ContainsKey(parent))
            {
                parent = Parent(parent);
            }

            if (!parent.IsEmpty && lookup[parent].Kind != PayloadKind.Directory)
            {
                found.Add((path, parent.ToString()));
            }
        }

        return found;
    }

    private HashSet<string> Ancestors
    {
        get
        {
            if (_ancestors is null)
            {
                _ancestors = new HashSet<string>(StringComparer.Ordinal);
                var lookup = _ancestors.GetAlternateLookup<ReadOnlySpan<char>>();
                foreach (string path in payload.Keys)
                {
                    for (var parent = Parent(path); !parent.IsEmpty && lookup.Add(parent); parent = Parent(parent)) { }
                }
            }

            return _ancestors;
        }
    }

    private static ReadOnlySpan<char> Parent(ReadOnlySpan<char> path) =>
        path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : default;
}
