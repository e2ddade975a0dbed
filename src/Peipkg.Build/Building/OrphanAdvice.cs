using Peipkg.Build.Scanning;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Layout;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;

namespace Peipkg.Build.Building;

/// <summary>Orphans that belong together, and what to do about them.</summary>
/// <param name="Place">What they have in common: a directory with a slash at its end, or a path.</param>
/// <param name="Paths">Their paths.</param>
/// <param name="Advice">What to do, a phrase.</param>
/// <param name="Line">The line to add to the recipe or to the script, or null.</param>
internal sealed record OrphanGroup(string Place, IReadOnlyList<string> Paths, string Advice, string? Line);

/// <summary>Groups orphans, and suggests for each group the stanza and the pattern, or how to be rid of it.</summary>
internal sealed class OrphanAdvice
{
    // What the names of packages end in that are meant for a kind of file.
    private static readonly string[] ForDevelopers = ["-dev", "-devel"];
    private static readonly string[] ForReaders = ["-doc", "-docs", "-man"];
    private static readonly string[] ForDebuggers = ["-debug", "-dbg", "-debuginfo", "-dbgsym"];

    private static readonly Glob[] DeveloperFiles = Parse(
        "usr/include/**",
        "**/*.a",
        "usr/lib/*/*.so",
        "**/pkgconfig/**",
        "**/cmake/**",
        "usr/share/aclocal/**",
        "usr/share/gir-1.0/**"
    );

    private static readonly Glob[] ReaderFiles = Parse("usr/share/{man,doc,info,gtk-doc,help}/**");
    private static readonly Glob[] DebuggerFiles = Parse("usr/lib/debug/**", "usr/src/debug/**");

    private readonly IReadOnlyList<Stanza> _stanzas;
    private readonly string _recipe;
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);

    internal OrphanAdvice(Partition partition, IReadOnlyList<Stanza> stanzas, string recipe)
    {
        _stanzas = stanzas;
        _recipe = recipe;
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
                // Every directory above a claimed file is one that holds claimed files.
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

    // Two stanzas cannot both claim it; and in what is everybody's, a single file is better named itself.
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
                "packages may not install there; install it elsewhere (prefix=/usr), or remove it",
                null
            );
        }

        // A directory that nobody else has anything in can be claimed whole.
        int line = (stanza.Files.Count > 0 ? stanza.Files[^1].Position : stanza.Position).Line;
        string pattern = key.Place.EndsWith('/') ? Escape(key.Place) + "**" : Escape(key.Place);
        return new OrphanGroup(
            key.Place,
            paths,
            $"add to files of {stanza.Name} ({_recipe}:{line}):",
            Toml(pattern) + ","
        );
    }

    /// <summary>The highest directory above a path that only holds orphans and could be claimed whole; else the path.</summary>
    private string Directory(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            string directory = path[..slash];
            if (!_claimed.Contains(directory) && Array.Exists(Claimable, place => place.IsMatch(directory)))
            {
                return directory + "/";
            }
        }

        return path;
    }

    private static readonly Glob[] Claimable = Parse([
        .. Edition.Default.Layout.Places(Architecture.X86_64, PayloadKind.File),
        "usr/lib/aarch64-linux-peios/*/**",
        "usr/{bin,sbin,include}",
    ]);

    // "usr/share/hello" is a package's own, "usr/share/man/man1" is everybody's.
    private static readonly Glob[] Shared = Parse(
        "usr/{bin,sbin}",
        "usr/share/{man,doc,info,locale,icons,applications,mime,bash-completion,zsh,fish,metainfo,licenses}",
        "usr/share/man/**",
        "usr/share/locale/**",
        "usr/share/icons/**",
        "usr/share/bash-completion/**",
        "usr/share/zsh/**",
        "usr/share/fish/**",
        "usr/lib/*/{pkgconfig,cmake}",
        "etc/{init.d,default,profile.d,ld.so.conf.d}"
    );

    private Stanza? StanzaFor(string path)
    {
        Stanza[] possible =
        [
            .. _stanzas.Where(stanza =>
                Edition
                    .Default.Layout.Places(stanza.Architecture, PayloadKind.File)
                    .Any(place => Parse(place)[0].IsMatch(path))
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

    /// <summary>How much of a path a stanza's patterns share with it.</summary>
    private static int Nearness(Stanza stanza, string path) =>
        stanza
            .Files.Select(pattern => pattern.Glob.LiteralPrefix.AsSpan().CommonPrefixLength(path))
            .DefaultIfEmpty(0)
            .Max();

    private static string Escape(string path) =>
        string.Concat(path.Select(c => "*?[]{}\\".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));

    private static string Toml(string pattern) =>
        pattern.Contains('\\', StringComparison.Ordinal) ? $"'{pattern}'" : $"\"{pattern}\"";

    private static Glob[] Parse(params string[] patterns) =>
        [
            .. patterns.Select(pattern =>
                Glob.TryParse(pattern, out Glob glob, out string? error)
                    ? glob
                    : throw new InvalidOperationException(error)
            ),
        ];

    /// <summary>A path, the place that it may be claimed with, and why it should go or whose it may be.</summary>
    private sealed record Orphan(string Path, string Place, string? Reason, string Stanza);
}
