using Peipkg.Format.Layout;
using Peipkg.Format.Packages;
using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>
/// Divides a staged tree among a recipe's stanzas (PSD-009 §8.2): every file and symlink belongs to exactly one of them.
/// Packages contain the directories of their files and those that patterns ending in a slash claim; several packages may
/// contain the same directory.
/// </summary>
internal sealed class Partition
{
    private readonly IReadOnlyList<Stanza> _stanzas;
    private readonly List<List<PayloadSource>> _shares;
    private readonly List<string> _orphans = [];
    private readonly List<Overlap> _overlaps = [];
    private readonly List<string> _lostDirectories = [];
    private readonly HashSet<FilePattern> _used = [];

    // What a stanza is split into chooses before it, and debug information goes nowhere else.
    private readonly int[] _order;

    private Partition(IReadOnlyList<Stanza> stanzas)
    {
        _stanzas = stanzas;
        _shares = [.. stanzas.Select(_ => new List<PayloadSource>())];
        _order =
        [
            .. Enumerable
                .Range(0, stanzas.Count)
                .OrderBy(i =>
                    stanzas[i].HoldsDebug ? 0
                    : stanzas[i].SplitFrom is null ? 2
                    : 1
                ),
        ];
    }

    /// <summary>A path that several stanzas claim.</summary>
    /// <param name="Path">The path.</param>
    /// <param name="Claims">The stanzas, each with the first pattern that claims it.</param>
    internal sealed record Overlap(string Path, IReadOnlyList<(Stanza Stanza, FilePattern Pattern)> Claims);

    /// <summary>What each stanza claims.</summary>
    internal IReadOnlyList<IReadOnlyList<PayloadSource>> Shares => _shares;

    /// <summary>What one of the stanzas claims.</summary>
    internal IReadOnlyList<PayloadSource> ShareOf(Stanza stanza) =>
        _shares[_stanzas.TakeWhile(other => !ReferenceEquals(other, stanza)).Count()];

    /// <summary>Files and symlinks that no stanza claims, by path.</summary>
    internal IReadOnlyList<string> Orphans => _orphans;

    /// <summary>Files and symlinks that several stanzas claim, by path.</summary>
    internal IReadOnlyList<Overlap> Overlaps => _overlaps;

    /// <summary>Empty directories that no package would contain, by path.</summary>
    internal IReadOnlyList<string> LostDirectories => _lostDirectories;

    /// <summary>Divides a tree.</summary>
    internal static Partition Divide(IReadOnlyList<Stanza> stanzas, IReadOnlyList<PayloadSource> entries)
    {
        Partition partition = new(stanzas);
        HashSet<string> kept = new(StringComparer.Ordinal);
        HashSet<string> parents = new(StringComparer.Ordinal);
        foreach (PayloadSource entry in entries.OrderBy(entry => entry.Path, PayloadPath.Order))
        {
            bool claimed =
                entry.Kind == PayloadKind.Directory
                    ? partition.ClaimDirectory(stanzas, entry)
                    : partition.ClaimFile(stanzas, entry);
            int slash = entry.Path.LastIndexOf('/');
            if (slash > 0)
            {
                parents.Add(entry.Path[..slash]);
            }

            if (claimed)
            {
                kept.Add(entry.Path);
            }
        }

        partition._lostDirectories.AddRange(
            entries
                .Where(entry =>
                    entry.Kind == PayloadKind.Directory && !parents.Contains(entry.Path) && !kept.Contains(entry.Path)
                )
                .Select(entry => entry.Path)
                .Order(PayloadPath.Order)
        );
        return partition;
    }

    /// <summary>The patterns that claimed nothing, in the order of the recipe.</summary>
    internal IEnumerable<(Stanza Stanza, FilePattern Pattern)> Unused(IReadOnlyList<Stanza> stanzas) =>
        stanzas.SelectMany(stanza =>
            stanza.Files.Where(pattern => !_used.Contains(pattern)).Select(pattern => (stanza, pattern))
        );

    /// <summary>Whether a stanza has patterns and none of them matched anything.</summary>
    internal bool IsMissed(Stanza stanza) => stanza.Files.Count > 0 && !stanza.Files.Any(_used.Contains);

    private bool ClaimDirectory(IReadOnlyList<Stanza> stanzas, PayloadSource entry)
    {
        bool claimed = false;
        for (int i = 0; i < stanzas.Count; i++)
        {
            if (FirstMatch(stanzas[i], entry.Path, directories: true) is not null)
            {
                _shares[i].Add(entry);
                claimed = true;
            }
        }

        return claimed;
    }

    private bool ClaimFile(IReadOnlyList<Stanza> stanzas, PayloadSource entry)
    {
        int owner = -1;
        string? yields = null;
        List<(Stanza Stanza, FilePattern Pattern)>? claims = null;
        foreach (int i in _order)
        {
            if (
                stanzas[i].Name.Text == yields
                || (owner >= 0 && stanzas[owner].HoldsDebug)
                || FirstMatch(stanzas[i], entry.Path, directories: false) is not { } pattern
            )
            {
                continue;
            }

            yields ??= stanzas[i].SplitFrom;
            if (owner >= 0)
            {
                claims ??= [(stanzas[owner], FirstMatch(stanzas[owner], entry.Path, directories: false)!)];
                claims.Add((stanzas[i], pattern));
            }
            else
            {
                owner = i;
            }
        }

        if (owner < 0)
        {
            _orphans.Add(entry.Path);
            return false;
        }

        _shares[owner].Add(entry);
        if (claims is not null)
        {
            _overlaps.Add(new Overlap(entry.Path, claims));
        }

        return true;
    }

    private FilePattern? FirstMatch(Stanza stanza, string path, bool directories)
    {
        FilePattern? first = null;
        foreach (FilePattern pattern in stanza.Files)
        {
            // Later patterns are tried until each has matched once, to find those that never do.
            if (
                pattern.Glob.ClaimsDirectories == directories
                && (first is null || !_used.Contains(pattern))
                && pattern.Glob.IsMatch(path)
            )
            {
                _used.Add(pattern);
                first ??= pattern;
            }
        }

        return first;
    }
}
