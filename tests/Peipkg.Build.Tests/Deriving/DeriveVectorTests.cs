using System.Text.Json;
using Peipkg.Build.Deriving;
using Peipkg.Build.Rules;
using Peipkg.Build.Staging;
using Peipkg.Build.Tests.Support;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Recipes;

namespace Peipkg.Build.Tests.Deriving;

/// <summary>The published cases: trees that a compiler makes, and what each provides and needs.</summary>
[Trait("Category", "Slow")]
public sealed class DeriveVectorTests(DeriveVectorTests.Trees trees) : IClassFixture<DeriveVectorTests.Trees>
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "tests/Peipkg.Build.Tests/Deriving/Vectors");

    private static readonly JsonDocument Document = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(Folder, "expected.json"))
    );

    public static TheoryData<string> Cases() =>
        [.. Document.RootElement.GetProperty("cases").EnumerateArray().Select(NameOf)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_tree_provides_and_needs_what_its_case_says(string name)
    {
        JsonElement test = Document
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Single(test => NameOf(test) == name);
        JsonElement options = test.TryGetProperty("options", out JsonElement given) ? given : default;
        Derivation choice = ReadChoice(options);
        Manifest manifest = new()
        {
            Name = PackageName.Parse("demo"),
            Version = PackageVersion.Parse(Text(options, "self_version") ?? "1.0-1"),
            Architecture = Architecture.X86_64,
            Build = new BuildInfo(Timestamp.Parse("2026-05-01T12:00:00Z"), "test", "test://"),
        };
        using StagedTree staged = StagedTree.Walk(
            trees[test.GetProperty("tree").GetString()!],
            umask: 0x12,
            mayChangeModes: false,
            default
        );
        DerivedNames names = NameDeriver.Derive(manifest, PayloadReading.Read(staged.Entries, choice, default), choice);
        Assert.Equal(Kinds(test, "errors"), Found(names, Severity.Error));
        if (test.TryGetProperty("errors", out _))
        {
            return;
        }

        Assert.Equal(Kinds(test, "warnings"), Found(names, Severity.Warning));
        Manifest complete = NameDeriver.Complete(manifest, names);
        Assert.Equal(
            test.GetProperty("provides").EnumerateArray().Select(entry => Entry(entry, "version")),
            complete.Provides.Select(provide => $"{provide.Name} {provide.Version?.Text}")
        );
        Assert.Equal(
            test.GetProperty("dependencies").EnumerateArray().Select(entry => Entry(entry, "constraint")),
            complete.Dependencies.Select(need => $"{need.Name} {need.Constraint?.Text}")
        );
    }

    // A tree may have several cases, with other options.
    private static string NameOf(JsonElement test) =>
        $"{test.GetProperty("tree").GetString()}: {test.GetProperty("what").GetString()}";

    private static Derivation ReadChoice(JsonElement options)
    {
        Derivation choice = Derivation.Full;
        if (options.ValueKind == JsonValueKind.Object && options.TryGetProperty("version_nodes", out JsonElement nodes))
        {
            choice = choice with { NodeSonames = nodes.EnumerateArray().Select(node => node.GetString()!).ToHashSet() };
        }

        if (
            options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("symbol_policy", out JsonElement policy)
        )
        {
            choice = choice with
            {
                SymbolPolicy = policy
                    .EnumerateObject()
                    .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!),
            };
        }

        return choice;
    }

    private static string[] Kinds(JsonElement test, string member) =>
        test.TryGetProperty(member, out JsonElement kinds)
            ? [.. kinds.EnumerateArray().Select(kind => kind.GetString()!)]
            : [];

    private static string[] Found(DerivedNames names, Severity severity) =>
        [
            .. names
                .Findings.Where(finding => finding.Severity == severity)
                .Select(finding => finding.Rule.Id)
                .Order(StringComparer.Ordinal),
        ];

    private static string Entry(JsonElement entry, string qualifier) =>
        $"{entry.GetProperty("name").GetString()} {Text(entry, qualifier)}";

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out JsonElement value)
            ? value.GetString()
            : null;

    /// <summary>The trees, made once.</summary>
    public sealed class Trees : IDisposable
    {
        private readonly Workbench _bench = new();

        public Trees() => _bench.Shell($"sh '{Folder}/build.sh' \"$PWD/trees\"");

        public string this[string tree] => _bench["trees/" + tree];

        public void Dispose() => _bench.Dispose();
    }
}
