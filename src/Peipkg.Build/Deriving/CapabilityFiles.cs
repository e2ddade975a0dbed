using Peipkg.Build.Elf;
using Peipkg.Build.Scanning;
using Peipkg.Format.Layout;

namespace Peipkg.Build.Deriving;

/// <summary>
/// The files of one package that names are derived from. First it says of which paths the content matters, then it is given
/// what they hold, in any order and from any thread.
/// </summary>
internal sealed class CapabilityFiles
{
    // Sources are material of builds, and debug information repeats what the stripped files say.
    private static readonly string[] Apart = ["usr/src/", "usr/lib/debug/"];

    private const string ModuleSuffix = ".pc";

    private readonly Dictionary<string, string> _modules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _contents = new(StringComparer.Ordinal);
    private readonly List<(string Link, string Missing)> _outside = [];
    private readonly Dictionary<string, ElfImage> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PkgConfigFile> _parsed = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Takes a package's entries; ancestor directories may be left out.</summary>
    internal CapabilityFiles(IReadOnlyCollection<(string Path, PayloadKind Kind, string? LinkTarget)> entries)
    {
        LinkTable links = new(entries.Select(entry => (entry.Path, entry.LinkTarget)));
        HashSet<string> files = new(
            entries.Where(entry => entry.Kind == PayloadKind.File).Select(entry => entry.Path),
            StringComparer.Ordinal
        );
        foreach ((string path, PayloadKind kind, _) in entries)
        {
            if (kind == PayloadKind.Directory || !IsModuleName(path))
            {
                continue;
            }

            if (links.TryFollow(path, out string? end) && files.Contains(end))
            {
                _modules.Add(path, end);
                _contents.Add(end);
            }
            else
            {
                // A link in a circle leads to nothing but itself.
                _outside.Add((path, end ?? path));
            }
        }
    }

    /// <summary>The ELF files by path, in order.</summary>
    internal IEnumerable<KeyValuePair<string, ElfImage>> Images => _images.OrderBy(pair => pair.Key, PayloadPath.Order);

    /// <summary>The <c>.pc</c> files by path, in order; a symlink has the content of the file that it leads to. One that
    /// nobody has given is empty.</summary>
    internal IEnumerable<KeyValuePair<string, PkgConfigFile>> Modules =>
        _modules
            .OrderBy(pair => pair.Key, PayloadPath.Order)
            .Select(pair =>
                KeyValuePair.Create(pair.Key, _parsed.GetValueOrDefault(pair.Value) ?? PkgConfigFile.Read([]))
            );

    /// <summary>Symlinks named as <c>.pc</c> files that lead to no file of the package, each with where they lead.</summary>
    internal IEnumerable<(string Link, string Missing)> OutsideLinks =>
        _outside.OrderBy(pair => pair.Link, PayloadPath.Order);

    /// <summary>Whether a file counts if it is an ELF file.</summary>
    internal static bool MayBeImage(string path) => !IsApart(path);

    /// <summary>Whether a file's content counts as that of a <c>.pc</c> file.</summary>
    internal bool IsModule(string path) => _contents.Contains(path);

    /// <summary>Takes an ELF file.</summary>
    internal void Add(string path, ElfImage image)
    {
        lock (_lock)
        {
            _images[path] = image;
        }
    }

    /// <summary>Takes a <c>.pc</c> file.</summary>
    internal void Add(string path, PkgConfigFile file)
    {
        lock (_lock)
        {
            _parsed[path] = file;
        }
    }

    /// <summary>The name of a module, by the path of its file.</summary>
    internal static string ModuleName(string path) => path[(path.LastIndexOf('/') + 1)..^ModuleSuffix.Length];

    private static bool IsModuleName(string path) =>
        path.EndsWith(ModuleSuffix, StringComparison.Ordinal) && !IsApart(path);

    private static bool IsApart(string path) =>
        Array.Exists(Apart, place => path.StartsWith(place, StringComparison.Ordinal));
}
