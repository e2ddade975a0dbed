using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>
/// Makes the further stanzas that <c>split</c> and <c>debug</c> ask for, before any stanza is read, so that whoever reads the recipe sees
/// them as if they were written.
/// </summary>
internal static class StanzaSplit
{
    /// <summary>The key that asks for them.</summary>
    internal const string Key = "split";

    /// <summary>The key that asks for one with debug information.</summary>
    internal const string DebugKey = "debug";

    private const string Debug = "debug";
    private const string Development = "dev";
    private const string Static = "static";
    private const string Documentation = "doc";
    private const string Locale = "locale";

    private static readonly string[] Parts = [Development, Static, Documentation, Locale];

    private static readonly string[] DocumentationFiles =
    [
        "usr/share/doc/**",
        "usr/share/gtk-doc/**",
        "usr/share/info/**",
        "usr/share/man/**",
    ];

    /// <summary>Adds the stanzas after those of the recipe. What is there already is not made again.</summary>
    internal static void Expand(TomlFile file)
    {
        if (file.Root.Find("package")?.Value is not TomlArray { FromHeaders: true } stanzas)
        {
            return;
        }

        TomlTable[] written = [.. stanzas.Items.OfType<TomlTable>()];
        if (Array.Exists(written, stanza => stanza.MadeFrom is not null))
        {
            return;
        }

        TomlTable[] made = [.. written.SelectMany(Made)];
        if (made.Length > 0)
        {
            file.Root.Replace("package", stanzas with { Items = [.. stanzas.Items, .. made] });
        }
    }

    /// <summary>Whether a stanza is the one that <c>debug</c> has made.</summary>
    internal static bool HoldsDebug(TomlSection section, PackageName name) =>
        section.MadeFrom is { } whole && name.Text == $"{whole}-{Debug}";

    /// <summary>Reads the keys, of which the stanzas are made already.</summary>
    /// <returns>Whether debug information is split off.</returns>
    internal static bool Read(TomlSection section, Architecture? architecture)
    {
        Located<bool>? debug = section.Boolean(DebugKey);
        if (debug is { Value: true } && architecture == Architecture.NoArch)
        {
            section.Problems.Error(
                debug.Value.Position,
                $"{DebugKey} in {section.Label}: a noarch package holds no machine code, of which debug information could be split off",
                RecipeRule.Value,
                "Remove the key, or give the stanza the architecture of its code."
            );
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (Located<string> part in section.Strings(Key))
        {
            string? fault =
                !Parts.Contains(part.Value)
                    ? $"{DisplayText.Quote(part.Value)} is not one of {string.Join(", ", Parts)}{NearestName.Suggestion(part.Value, Parts)}"
                : !seen.Add(part.Value) ? $"\"{part.Value}\" occurs twice"
                : null;
            if (fault is not null)
            {
                section.Problems.Error(part.Position, $"{Key} in {section.Label}: {fault}", RecipeRule.Value);
            }
        }

        return debug?.Value ?? false;
    }

    private static IEnumerable<TomlTable> Made(TomlTable stanza)
    {
        if (stanza.Find("name")?.Value is not TomlString name)
        {
            return [];
        }

        TomlString[] parts =
        [
            .. stanza.Find(Key)?.Value is TomlArray list
                ? list
                    .Items.OfType<TomlString>()
                    .Where(part => Parts.Contains(part.Value))
                    .DistinctBy(part => part.Value)
                : [],
            .. stanza.Find(DebugKey)?.Value is TomlBoolean { Value: true } debug
                ? [new TomlString(debug.Position, Debug)]
                : Array.Empty<TomlString>(),
        ];
        HashSet<string> all = [.. parts.Select(part => part.Value)];
        return parts.Select(part => Make(stanza, name.Value, part, all));
    }

    private static TomlTable Make(TomlTable stanza, string name, TomlString part, HashSet<string> all)
    {
        TomlPosition place = part.Position;
        TomlTable made = new(place) { MadeFrom = name };
        bool anyMachine = part.Value is Documentation or Locale;
        bool hasLibraries = (stanza.Find("architecture")?.Value as TomlString)?.Value != Architecture.NoArch.Text;
        Add("name", Text($"{name}-{part.Value}"));
        if (anyMachine)
        {
            Add("architecture", Text(Architecture.NoArch.Text));
        }
        else
        {
            Copy("architecture");
            string whole = part.Value == Static && all.Contains(Development) ? $"{name}-{Development}" : name;
            Add("dependencies", List(Dependency(whole)));
        }

        if (stanza.Find("description")?.Value is TomlString { Value: { Length: > 0 } description })
        {
            Add("description", Text($"{description.TrimEnd('.')}: {Contents(part.Value)}."));
        }

        foreach (string key in (string[])["derive", "license_class", "default_root"])
        {
            Copy(key);
        }

        if (part.Value == Documentation)
        {
            Add("side_effects", List(Text("man-db")));
        }

        Add("files", List([.. Patterns(part.Value, hasLibraries, all).Select(Text)]));
        return made;

        TomlString Text(string value) => new(place, value);

        TomlArray List(params TomlNode[] items) => new(place, items, FromHeaders: false);

        TomlTable Dependency(string of)
        {
            TomlTable dependency = new(place);
            dependency.Add(new TomlEntry("name", place, Text(of)));
            dependency.Add(new TomlEntry("same_build", place, new TomlBoolean(place, true)));
            return dependency;
        }

        void Add(string key, TomlNode value) => made.Add(new TomlEntry(key, place, value));

        void Copy(string key)
        {
            if (stanza.Find(key) is { } entry)
            {
                made.Add(entry);
            }
        }
    }

    private static string Contents(string part) =>
        part switch
        {
            Development => "files to develop with",
            Static => "static libraries",
            Documentation => "documentation",
            Debug => "debug information",
            _ => "translations",
        };

    private static string[] Patterns(string part, bool hasLibraries, HashSet<string> all) =>
        part switch
        {
            Static => ["usr/lib/{{triplet}}/**/*.a"],
            Documentation => DocumentationFiles,
            Debug => [$"{Stanza.DebugPlace}/**"],
            Locale => ["usr/share/locale/**"],
            _ =>
            [
                "usr/include/**",
                "usr/share/aclocal/**",
                "usr/share/cmake/**",
                "usr/share/pkgconfig/**",
                .. (
                    hasLibraries
                        ? (string[])
                            [
                                "usr/lib/{{triplet}}/lib*.so",
                                "usr/lib/{{triplet}}/cmake/**",
                                "usr/lib/{{triplet}}/pkgconfig/**",
                            ]
                        : []
                ),
                .. (hasLibraries && !all.Contains(Static) ? (string[])["usr/lib/{{triplet}}/**/*.a"] : []),
            ],
        };
}
