using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Manifests;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes.Upstreams;

/// <summary>One package that a recipe produces.</summary>
/// <param name="Name">The package's name.</param>
/// <param name="Architecture">Its architecture.</param>
public sealed record RecipeOutput(PackageName Name, Architecture Architecture);

/// <summary>
/// A recipe as the manager sees it: strict about <c>[upstream]</c>, <c>[watch]</c> and <c>[limits]</c>, and lenient about what belongs to
/// peipkg-build, of which it only wants to know what would be produced.
/// </summary>
/// <param name="File">The recipe file.</param>
/// <param name="Upstream">Where versions come from; null when the recipe is only built by hand.</param>
/// <param name="Watch">How new versions are learned of; null for the manager's defaults.</param>
/// <param name="Outputs">What the stanzas would produce; stanzas whose name or architecture is unusable are left out.</param>
/// <param name="Warnings">What is suspicious in the manager's sections.</param>
public sealed record WatchedRecipe(
    string File,
    Upstream? Upstream,
    Watch? Watch,
    IReadOnlyList<RecipeOutput> Outputs,
    IReadOnlyList<RecipeProblem> Warnings
)
{
    /// <summary>What its builds may use; what it does not say, the manager's configuration does.</summary>
    public BuildLimits Limits { get; init; } = BuildLimits.Unsaid;

    /// <summary>The edition of the format that <c>[meta]</c> names, and where; null where it names none that there is.</summary>
    public Located<Edition>? Edition { get; init; }

    /// <summary>The architecture that is taken of a stanza's list; null where no stanza has a list.</summary>
    public Architecture? Taken { get; init; }

    /// <summary>Why stanzas are left out of the outputs.</summary>
    public IReadOnlyList<RecipeProblem> Unusable { get; init; } = [];

    /// <summary>What the build requires, as the recipe writes it; what is unusable is left out.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>
    /// The names that the stanzas' packages depend on or the build requires, virtual ones too; what is unusable is left out.
    /// </summary>
    public IReadOnlySet<string> Dependencies { get; init; } = new HashSet<string>();

    /// <summary>The names that the stanzas' packages are and provide.</summary>
    public IReadOnlySet<string> Provides { get; init; } = new HashSet<string>();

    /// <summary>Reads a recipe file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="RecipeException">It is not TOML, or the manager's sections have mistakes: all of them.</exception>
    public static WatchedRecipe Load(string path) => Read(TomlFile.Load(path));

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="RecipeException">The manager's sections have mistakes: all of them.</exception>
    public static WatchedRecipe Read(TomlFile file)
    {
        WatchedRecipe recipe = Examine(file);
        file.Problems.ThrowIfAny();
        return recipe;
    }

    /// <summary>Reads a recipe out of a file that others read too; what is wrong goes to the file's problems.</summary>
    /// <returns>The recipe; where the file has problems, only what could be read of it, for nothing but to look for more.</returns>
    public static WatchedRecipe Examine(TomlFile file)
    {
        Upstream? upstream = Upstream.Read(file);
        Watch? watch = Watch.Read(file);
        if (upstream?.Listing is not null && watch is { ListensToForge: true })
        {
            file.Problems.Warning(
                watch.Position,
                "webhooks tell of git repositories, so those of [watch] have no effect with listing in [upstream]",
                RecipeRule.Ineffective
            );
        }

        BuildLimits limits = ReadLimits(file);
        StanzaSplit.Expand(file);
        TomlTable[] stanzas = [.. file.Root.Tables("package")];
        Architecture? taken = null;
        foreach (TomlTable stanza in stanzas)
        {
            taken = ArchitectureChoice.Make(stanza, wanted: null, problems: null) ?? taken;
        }

        IReadOnlyList<string> requires = ReadRequires(file.Root);
        List<RecipeProblem> unusable = [];
        List<RecipeOutput> outputs = ReadOutputs(stanzas, file.Problems.File, unusable);
        return new WatchedRecipe(file.Problems.File, upstream, watch, outputs, file.Problems.Warnings)
        {
            Limits = limits,
            Edition = EditionOf(file.Root),
            Taken = taken,
            Unusable = unusable,
            Requires = requires,
            Dependencies = Names(stanzas, "dependencies", [.. requires.Select(NameOf)]),
            Provides = Names(stanzas, "provides", [.. outputs.Select(output => output.Name.Text)]),
        };
    }

    private static BuildLimits ReadLimits(TomlFile file)
    {
        if (file.Section("limits") is not { } section)
        {
            return BuildLimits.Unsaid;
        }

        BuildLimits limits = BuildLimits.Read(section);
        section.Finish();
        return limits;
    }

    private static IReadOnlyList<string> ReadRequires(TomlTable root) =>
        (root.Find("build")?.Value as TomlTable)?.Find("requires")?.Value is TomlArray array
            ?
            [
                .. array
                    .Items.OfType<TomlString>()
                    .Select(item => item.Value)
                    .Where(text => Dependency.TryParse(text, out _, out _)),
            ]
            : [];

    private static string NameOf(string required) =>
        Dependency.TryParse(required, out Dependency dependency, out _) ? dependency.Name.Text : "";

    // What is wrong with it is for peipkg-build to say.
    private static Located<Edition>? EditionOf(TomlTable root) =>
        (root.Find("meta")?.Value as TomlTable)?.Find("edition")?.Value is TomlString text
        && Format.Editions.Edition.TryParse(text.Value, out Edition edition, out _)
            ? new(edition, text.Position)
            : null;

    private static HashSet<string> Names(TomlTable[] stanzas, string key, params IEnumerable<string> more) =>
        new(
            stanzas
                .SelectMany(stanza => stanza.Tables(key))
                .Select(table => (table.Find("name")?.Value as TomlString)?.Value)
                .OfType<string>()
                .Concat(more),
            StringComparer.Ordinal
        );

    private static List<RecipeOutput> ReadOutputs(TomlTable[] stanzas, string file, List<RecipeProblem> unusable)
    {
        List<RecipeOutput> outputs = [];
        foreach (TomlTable stanza in stanzas)
        {
            if (
                Parse<PackageName>("name", PackageName.TryParse, RecipeRule.PackageName) is { } name
                && Parse<Architecture>("architecture", Architecture.TryParse, RecipeRule.Architecture)
                    is { } architecture
            )
            {
                outputs.Add(new RecipeOutput(name, architecture));
            }

            T? Parse<T>(string key, ValueParser<T> parser, string rule)
                where T : struct
            {
                TomlNode? node = stanza.Find(key)?.Value;
                string? error = "is missing";
                if (node is not null)
                {
                    if (parser((node as TomlString)?.Value, out T value, out error))
                    {
                        return value;
                    }

                    error = node is TomlString ? $"in [[package]]: {error}" : "in [[package]] must be a string";
                }

                unusable.Add(new RecipeProblem(file, node?.Position ?? stanza.Position, rule, $"{key} {error}"));
                return null;
            }
        }

        return outputs;
    }
}
