using Peipkg.Format.Archive;
using Peipkg.Format.Layout;
using Peipkg.Format.Text;

namespace Peipkg.Format.Packages;

/// <summary>
/// Puts payload entries into their tree as they come and refuses what does not stand in its one right place: out of
/// order, twice, without its directory, below something that is not a directory, at a path no package may have (§3.2).
/// </summary>
internal sealed class PayloadOrder
{
    private readonly List<PackageEntry> _entries = [];
    private readonly List<Level> _open = [];
    private readonly HashSet<string> _topNames = new(StringComparer.Ordinal);
    private byte[] _last = [];

    internal IReadOnlyList<PackageEntry> Entries => _entries;

    internal PackageEntry Add(TarEntry entry)
    {
        string place = DisplayText.Escape(entry.Name);
        if (_entries.Count == Limits.PayloadEntries)
        {
            throw new FormatViolationException(
                "payload-entries",
                place,
                $"the package has more than {Limits.PayloadEntries} payload entries"
            );
        }

        string path = entry.Type == TarEntryType.Directory ? entry.Name[..^1] : entry.Name;
        if (!PayloadPath.TryValidate(path, out string? error))
        {
            throw new FormatViolationException("path", place, error);
        }

        int order = entry.WireName.AsSpan().SequenceCompareTo(_last);
        if (order <= 0)
        {
            throw new FormatViolationException(
                order == 0 ? "tar-entry-duplicate" : "tar-entry-order",
                place,
                order == 0
                    ? "the archive holds this entry twice"
                    : "the payload must be sorted by the bytes of the paths"
            );
        }

        _last = entry.WireName;
        return Place(entry, path, place);
    }

    private PackageEntry Place(TarEntry entry, string path, string place)
    {
        while (_open.Count > 0 && !entry.Name.StartsWith(_open[^1].Prefix, StringComparison.Ordinal))
        {
            _open.RemoveAt(_open.Count - 1);
        }

        Level? level = _open.Count > 0 ? _open[^1] : null;
        string name = path[(level?.Prefix.Length ?? 0)..];
        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new FormatViolationException(
                "payload-ancestor",
                place,
                "the directory it lies in must be an entry of the archive before it"
            );
        }

        // A file and a directory of one path differ in the wire name, and others may stand between them.
        if (!(level?.Names ?? _topNames).Add(name))
        {
            throw new FormatViolationException("tar-entry-duplicate", place, "two payload entries have this path");
        }

        var placed = new PackageEntry(
            level?.Directory,
            name,
            entry.Type switch
            {
                TarEntryType.Directory => PayloadKind.Directory,
                TarEntryType.Symlink => PayloadKind.Symlink,
                _ => PayloadKind.File,
            },
            entry.Size,
            entry.Type == TarEntryType.Symlink ? entry.Target : null
        );
        _entries.Add(placed);
        if (placed.Kind == PayloadKind.Directory)
        {
            _open.Add(new Level(placed, entry.Name));
        }

        return placed;
    }

    private sealed class Level(PackageEntry directory, string prefix)
    {
        internal PackageEntry Directory { get; } = directory;

        internal string Prefix { get; } = prefix;

        internal HashSet<string> Names { get; } = new(StringComparer.Ordinal);
    }
}
