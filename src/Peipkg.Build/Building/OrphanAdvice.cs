using System.Globalization;
using System.Text;
using Peipkg.Build.Rules;
using Peipkg.Build.Scanning;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Building;

/// <summary>Orphans with the same remedy.</summary>
/// <param name="Place">Their directory, with a slash at its end, or the path of a single one.</param>
/// <param name="Paths">Their paths.</param>
/// <param name="Advice">What to do, a phrase.</param>
/// <param name="Line">The line to add to the recipe or to the script, or null.</param>
internal sealed record OrphanGroup(string Place, IReadOnlyList<string> Paths, string Advice, string? Line);

/// <summary>Groups orphans, and suggests for each group a stanza and a pattern, or how to remove it.</summary>
internal sealed class OrphanAdvice
{
    // How the names of packages for certain kinds of files end.
    private static readonly string[] ForDevelopers = ["-dev", "-devel"];
    private static readonly string[] ForReaders = ["-doc", "-docs", "-man"];
    private static readonly string[] ForDebuggers = ["-debug", "-dbg", "-debuginfo", "-dbgsym"];

    private static readonly Glob[] DeveloperFiles = Glob.ParseAll(
        "usr/include/**",
        "**/*.a",
        "usr/lib/*/*.so",
        "**/pkgconfig/**",
        "**/cmake/**",
        "usr/share/aclocal/**",
        "usr/share/gir-1.0/**"
    );

    private static readonly Glob[] ReaderFiles = Glob.ParseAll("usr/share/{man,doc,info,gtk-doc,help}/**");
    private static readonly Glob[] DebuggerFiles = Glob.ParseAll("usr/lib/debug/**", "usr/src/debug/**");

    private readonly IReadOnlyList<Stanza> _stanzas;
    private readonly string _recipe;
    private readonly Edition _edition;
    private readonly Glob[] _claimable;
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);

    internal OrphanAdvice(Partition partition, Recipe recipe)
    {
        _stanzas = recipe.Stanzas;
        _recipe = recipe.File;
        _edition = recipe.Meta.Edition;
        _claimable =
        [
            .. _edition.Layout.Architectures.SelectMany(known => PlacePatterns.Of(_edition, known.Architecture)),
            .. Glob.ParseAll("usr/{bin,sbin,include}"),
        ];
        foreach (
            string path in partition
                .Shares.SelectMany(share => share)
                .Where(entry => entry.Kind != PayloadKind.Directory)
                .Select(entry => entry.Path)
        )
        {
            for (
                int slash = path.LastIndexOf('/');
                slash > 0 && _claimed.Add(path[..slash]);
                slash = path.LastIndexOf('/', slash - 1)
            )
            {
                // Every ancestor of a claimed file contains claimed files.
            }
        }
    }

    /// <summary>The groups, in the order of their first paths.</summary>
    internal IReadOnlyList<OrphanGroup> Groups(IEnumerable<string> orphans)
    {
        Orphan[] all = [.. orphans.Select(Look)];
        HashSet<string> whole = new(
            all.GroupBy(orphan => orphan.Place, StringComparer.Ordinal)
                .Where(group => IsWhole(group.Key, [.. group]))
                .Select(group => group.Key),
            StringComparer.Ordinal
        );
        return
        [
            .. all.GroupBy(
                    orphan => (whole.Contains(orphan.Place) ? orphan.Place : orphan.Path, orphan.Reason, orphan.Stanza),
                    orphan => orphan.Path
                )
                .Select(group => Advise(group.Key, [.. group])),
        ];
    }

    private Orphan Look(string path) =>
        Cruft.Reason(path) is { } reason
            ? new Orphan(path, path, reason, "")
            : new Orphan(path, Directory(path), null, StanzaFor(path)?.Name.Text ?? "");

    // Two stanzas cannot both claim a directory; and in a shared one, a single file is better claimed by its name.
    private static bool IsWhole(string place, Orphan[] orphans) =>
        Array.TrueForAll(orphans, orphan => orphan.Stanza == orphans[0].Stanza)
        && (orphans.Length > 1 || !Array.Exists(Shared, shared => shared.IsMatch(place.TrimEnd('/'))));

    private OrphanGroup Advise((string Place, string? Reason, string Stanza) key, IReadOnlyList<string> paths)
    {
        if (key.Reason is not null)
        {
            return new OrphanGroup(
                key.Place,
                paths,
                $"{key.Reason}; remove it in the build script:",
                Cruft.Command(key.Place)
            );
        }

        if (_stanzas.FirstOrDefault(stanza => stanza.Name.Text == key.Stanza) is not { } stanza)
        {
            return new OrphanGroup(
                key.Place,
                paths,
                "packages may not install there; install the file elsewhere (prefix=/usr), or remove it",
                null
            );
        }

        // A directory that contains nothing of others can be claimed whole.
        int line = (stanza.Files.Count > 0 ? stanza.Files[^1].Position : stanza.Position).Line;
        string pattern = key.Place.EndsWith('/') ? Escape(key.Place) + "**" : Escape(key.Place);
        return new OrphanGroup(
            key.Place,
            paths,
            $"add to files of {stanza.Name} ({_recipe}:{line}):",
            Toml(pattern) + ","
        );
    }

    /// <summary>The highest ancestor that contains only orphans and could be claimed whole; otherwise the path.</summary>
    private string Directory(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            string directory = path[..slash];
            if (!_claimed.Contains(directory) && Array.Exists(_claimable, place => place.IsMatch(directory)))
            {
                return directory + "/";
            }
        }

        return path;
    }

    // Unlike "usr/share/hello", which belongs to one package, these contain files of many.
    private static readonly Glob[] Shared = Glob.ParseAll(
        "usr/{bin,sbin}",
        "usr/share/{man,doc,info,locale,icons,applications,mime,bash-completion,zsh,fish,metainfo,licenses}",
        "usr/share/man/**",
        "usr/share/locale/**",
        "usr/share/icons/**",
        "usr/share/bash-completion/**",
        "usr/share/zsh/**",
        "usr/share/fish/**",
        "usr/lib/*/{pkgconfig,cmake}",
        "{etc,usr/etc}/{init.d,default,profile.d,ld.so.conf.d}"
    );

    private Stanza? StanzaFor(string path)
    {
        Stanza[] possible =
        [
            .. _stanzas.Where(stanza =>
                Array.Exists(PlacePatterns.Of(_edition, stanza.Architecture), place => place.IsMatch(path))
            ),
        ];
        string[] endings =
            Array.Exists(DebuggerFiles, glob => glob.IsMatch(path)) ? ForDebuggers
            : Array.Exists(ReaderFiles, glob => glob.IsMatch(path)) ? ForReaders
            : Array.Exists(DeveloperFiles, glob => glob.IsMatch(path)) ? ForDevelopers
            : [];
        return Array.Find(
                possible,
                stanza => Array.Exists(endings, ending => stanza.Name.Text.EndsWith(ending, StringComparison.Ordinal))
            )
            ?? possible
                .OrderBy(stanza => IsSpecial(stanza) ? 1 : 0)
                .ThenByDescending(stanza => Nearness(stanza, path))
                .FirstOrDefault();
    }

    private static bool IsSpecial(Stanza stanza) =>
        ForDevelopers
            .Concat(ForReaders)
            .Concat(ForDebuggers)
            .Any(ending => stanza.Name.Text.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>How many characters of a path the stanza's patterns start with.</summary>
    private static int Nearness(Stanza stanza, string path) =>
        stanza
            .Files.Select(pattern => pattern.Glob.LiteralPrefix.AsSpan().CommonPrefixLength(path))
            .DefaultIfEmpty(0)
            .Max();

    private static string Escape(string path) =>
        string.Concat(path.Select(c => "*?[]{}\\".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));

    /// <summary>A TOML string: a literal one where that spares doubled backslashes, else a basic one.</summary>
    internal static string Toml(string text)
    {
        bool isPlain = TerminalText.Escape(text) == text;
        if (isPlain && text.AsSpan().IndexOfAny("\\\"") >= 0 && !text.Contains('\'', StringComparison.Ordinal))
        {
            return $"'{text}'";
        }

        StringBuilder basic = new("\"");
        foreach (char c in text)
        {
            _ =
                c is '\\' or '"' ? basic.Append('\\').Append(c)
                : !isPlain && TerminalText.Escape(c.ToString()).Length > 1 && !char.IsSurrogate(c)
                    ? basic.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : basic.Append(c);
        }

        return basic.Append('"').ToString();
    }

    /// <summary>A path, what it can be claimed with, and either why it should be removed or which stanza suits it.</summary>
    private sealed record Orphan(string Path, string Place, string? Reason, string Stanza);
}
