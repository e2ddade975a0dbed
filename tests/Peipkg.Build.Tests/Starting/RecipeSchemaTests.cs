using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Tests.Starting;

public sealed partial class RecipeSchemaTests : IDisposable
{
    // A key that nobody knows, in every table that a recipe can have.
    private const string Everywhere = """
        [meta]
        zzzzzz = 1
        [build]
        zzzzzz = 1
        [source]
        zzzzzz = 1
        [test]
        zzzzzz = 1
        [upstream]
        zzzzzz = 1
        [watch]
        zzzzzz = 1
        [limits]
        zzzzzz = 1

        [[package]]
        zzzzzz = 1
        dependencies = [{ zzzzzz = 1 }]
        conflicts = [{ zzzzzz = 1 }]
        provides = [{ zzzzzz = 1 }]
        replaces = [{ zzzzzz = 1 }]
        alternate_upgrade = { zzzzzz = 1 }
        derive = { zzzzzz = 1 }

        [[package]]
        dependencies = [{ name = "demo", claims = { sh = { zzzzzz = 1 } } }]
        provides = [{ name = "demo", claims = { sh = { zzzzzz = 1 } } }]

        """;

    private const string Stanza = "/properties/package/items";

    // What the readers call each of these tables, and where the schema has it.
    private static readonly (string Label, string Pointer)[] Tables =
    [
        ("[meta]", "/properties/meta"),
        ("[build]", "/properties/build"),
        ("[source]", "/properties/source"),
        ("[test]", "/properties/test"),
        ("[upstream]", "/properties/upstream"),
        ("[watch]", "/properties/watch"),
        ("[limits]", "/properties/limits"),
        ("[[package]]", Stanza),
        ("dependencies of [[package]]", $"{Stanza}/properties/dependencies/items"),
        ("conflicts of [[package]]", $"{Stanza}/properties/conflicts/items"),
        ("provides of [[package]]", $"{Stanza}/properties/provides/items"),
        ("replaces of [[package]]", $"{Stanza}/properties/replaces/items"),
        ("alternate_upgrade of [[package]]", $"{Stanza}/properties/alternate_upgrade"),
        ("derive of [[package]]", $"{Stanza}/properties/derive/anyOf/2"),
        (
            "sh of claims of dependencies of [[package]]",
            $"{Stanza}/properties/dependencies/items/properties/claims/additionalProperties"
        ),
        (
            "sh of claims of provides of [[package]]",
            $"{Stanza}/properties/provides/items/properties/claims/additionalProperties"
        ),
    ];

    private readonly Workbench _bench = new();
    private readonly JsonDocument _schema;

    public RecipeSchemaTests() => _schema = JsonDocument.Parse(_bench.Run("schema").Succeeds().Output);

    public void Dispose()
    {
        _schema.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public void Schema_and_readers_know_the_same_keys_in_every_table()
    {
        _bench.Recipe(Everywhere);
        Dictionary<string, string> known = [];
        foreach (Edition edition in Edition.All)
        {
            foreach (
                Match match in KnownKeys()
                    .Matches(_bench.Run("check", _bench["recipe"], "--edition", edition.Name).Output)
            )
            {
                known[match.Groups[1].Value] = Sorted(match.Groups[2].Value.Split(", "));
            }
        }

        Assert.Equal(Sorted(Tables.Select(table => table.Label)), Sorted(known.Keys));
        Assert.All(
            Tables,
            table =>
                Assert.Equal(
                    $"{table.Label}: {known[table.Label]}",
                    $"{table.Label}: {Sorted(Names(At(table.Pointer).GetProperty("properties")))}"
                )
        );
        Assert.Equal(Tables.Length, Closed(_schema.RootElement));
    }

    [Fact]
    public void Schema_and_readers_know_the_same_sections()
    {
        string[] sections = (string[])
            typeof(Recipe)
                .Assembly.GetType("Peipkg.Recipes.RecipeReader")!
                .GetField("SectionNames", BindingFlags.NonPublic | BindingFlags.Static)!
                .GetValue(null)!;

        // Nothing acts on [[sign]], which was retired.
        Assert.Equal(Sorted(sections.Where(name => name != "sign")), Sorted(Names(At("/properties"))));
    }

    [Fact]
    public void Schema_and_readers_know_the_same_words()
    {
        AreWords(Edition.All.Select(edition => edition.Name), "/properties/meta/properties/edition");
        AreWords(
            Edition.All.SelectMany(edition => edition.Layout.Architectures).Select(known => known.Architecture.Text),
            $"{Stanza}/properties/architecture/anyOf/0"
        );
        AreWords(
            Edition.All.SelectMany(edition => edition.Layout.SideEffects).Select(rule => rule.Effect.Text()),
            $"{Stanza}/properties/side_effects/items"
        );
        AreWords(Derivation.Parts, $"{Stanza}/properties/derive/anyOf/1/items");
        AreWords([.. LicenseClasses.Known], $"{Stanza}/properties/license_class");
        _bench.Recipe(Workbench.OneStanza + "split = [\"zzz\"]\n");
        Assert.Contains(
            "is not one of "
                + string.Join(
                    ", ",
                    At($"{Stanza}/properties/split/items/enum").EnumerateArray().Select(word => word.GetString())
                ),
            _bench.Run("check", _bench["recipe"]).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_samples_keep_to_the_schema()
    {
        string[] recipes =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(SourceTree.Root, "samples"), "*.toml", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) is "peipkg.toml" or "split.toml"),
        ];
        Assert.True(recipes.Length > 20);
        Assert.All(recipes, file => Assert.Empty(Faults(TomlFile.Load(file).Root, _schema.RootElement, "")));
    }

    [Theory]
    [InlineData("bild = 1\n", "/meta/bild is unknown")]
    [InlineData("edition = \"psd-10\"\n", "/meta/edition is none of the words")]
    [InlineData("license = 1\n", "/meta/license is no string")]
    public void The_test_of_the_samples_finds_mistakes(string line, string fault)
    {
        _bench.Recipe(
            Workbench
                .OneStanza.Replace("[meta]\n", $"[meta]\n{line}", StringComparison.Ordinal)
                .Replace("license = \"MIT\"\n", "", StringComparison.Ordinal)
        );
        Assert.Contains(fault, Faults(TomlFile.Load(_bench["recipe/peipkg.toml"]).Root, _schema.RootElement, ""));
    }

    [Fact]
    public void It_takes_no_words() =>
        _bench.Run("schema", "peipkg.toml").FailsWith(2, "unexpected argument \"peipkg.toml\"");

    private void AreWords(IEnumerable<string> words, string pointer) =>
        Assert.Equal(
            Sorted(words.Distinct()),
            Sorted(At(pointer).GetProperty("enum").EnumerateArray().Select(word => word.GetString()!))
        );

    private static string Sorted(IEnumerable<string> names) =>
        string.Join(' ', names.Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<string> Names(JsonElement element) =>
        element.EnumerateObject().Select(property => property.Name);

    private JsonElement At(string pointer)
    {
        JsonElement at = _schema.RootElement;
        foreach (string step in pointer.Split('/')[1..])
        {
            at = Resolved(at.ValueKind == JsonValueKind.Array ? at[int.Parse(step)] : at.GetProperty(step));
        }

        return at;
    }

    private JsonElement Resolved(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out JsonElement reference)
            ? At(reference.GetString()![1..])
            : element;

    // How many tables take no other keys; what is referred to counts once.
    private static int Closed(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Sum(property => Closed(property.Value))
                + (
                    element.TryGetProperty("additionalProperties", out JsonElement more)
                    && more.ValueKind == JsonValueKind.False
                        ? 1
                        : 0
                ),
            JsonValueKind.Array => element.EnumerateArray().Sum(Closed),
            _ => 0,
        };

    // As much of JSON Schema as the document uses.
    private IEnumerable<string> Faults(TomlNode node, JsonElement rules, string at)
    {
        rules = Resolved(rules);
        if (rules.TryGetProperty("anyOf", out JsonElement ways))
        {
            if (!ways.EnumerateArray().Any(way => !Faults(node, way, at).Any()))
            {
                yield return $"{at} is nothing that it may be";
            }
        }

        if (rules.TryGetProperty("enum", out JsonElement words) && !words.EnumerateArray().Any(word => Is(node, word)))
        {
            yield return $"{at} is none of the words";
        }

        if (rules.TryGetProperty("const", out JsonElement only) && !Is(node, only))
        {
            yield return $"{at} is not the only value";
        }

        if (rules.TryGetProperty("type", out JsonElement type) && type.GetString() != TypeOf(node))
        {
            yield return $"{at} is no {type}";
        }

        if (
            rules.TryGetProperty("pattern", out JsonElement pattern)
            && node is TomlString text
            && !Regex.IsMatch(text.Value, pattern.GetString()!)
        )
        {
            yield return $"{at} does not match";
        }

        if (node is TomlArray array && rules.TryGetProperty("items", out JsonElement items))
        {
            foreach (string fault in array.Items.SelectMany(item => Faults(item, items, $"{at}/*")))
            {
                yield return fault;
            }
        }

        if (node is TomlTable table && rules.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (TomlEntry entry in table.Entries)
            {
                if (!properties.TryGetProperty(entry.Key, out JsonElement inner))
                {
                    if (rules.TryGetProperty("additionalProperties", out _))
                    {
                        yield return $"{at}/{entry.Key} is unknown";
                    }

                    continue;
                }

                foreach (string fault in Faults(entry.Value, inner, $"{at}/{entry.Key}"))
                {
                    yield return fault;
                }
            }

            foreach (
                string missing in rules.TryGetProperty("required", out JsonElement required)
                    ? required.EnumerateArray().Select(key => key.GetString()!).Where(key => table.Find(key) is null)
                    : []
            )
            {
                yield return $"{at}/{missing} is missing";
            }
        }
    }

    private static bool Is(TomlNode node, JsonElement value) =>
        node switch
        {
            TomlString text => value.ValueKind == JsonValueKind.String && value.GetString() == text.Value,
            TomlBoolean boolean => value.ValueKind == (boolean.Value ? JsonValueKind.True : JsonValueKind.False),
            _ => false,
        };

    private static string TypeOf(TomlNode node) =>
        node switch
        {
            TomlString => "string",
            TomlInteger => "integer",
            TomlBoolean => "boolean",
            TomlArray => "array",
            TomlTable => "object",
            _ => "",
        };

    [GeneratedRegex("unknown key \"zzzzzz\" in (.+) \\(known keys: ([^)]*)\\)")]
    private static partial Regex KnownKeys();
}
