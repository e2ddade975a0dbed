using Peipkg.Format.Identity;
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

    /// <summary>The names that the stanzas' packages depend on, virtual ones too; what is unusable is left out.</summary>
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
        BuildLimits limits = ReadLimits(file);
        TomlTable[] stanzas = [.. Tables(file.Root, "package")];
        List<RecipeOutput> outputs = ReadOutputs(stanzas);
        return new WatchedRecipe(file.Problems.File, upstream, watch, outputs, file.Problems.Warnings)
        {
            Limits = limits,
            Dependencies = Names(stanzas, "dependencies"),
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

    private static IEnumerable<TomlTable> Tables(TomlTable table, string key) =>
        table.Find(key)?.Value is TomlArray array ? array.Items.OfType<TomlTable>() : [];

    private static HashSet<string> Names(TomlTable[] stanzas, string key, params IEnumerable<string> more) =>
        new(
            stanzas
                .SelectMany(stanza => Tables(stanza, key))
                .Select(table => (table.Find("name")?.Value as TomlString)?.Value)
                .OfType<string>()
                .Concat(more),
            StringComparer.Ordinal
        );

    private static List<RecipeOutput> ReadOutputs(TomlTable[] stanzas)
    {
        List<RecipeOutput> outputs = [];
        foreach (TomlTable stanza in stanzas)
        {
            if (
                PackageName.TryParse((stanza.Find("name")?.Value as TomlString)?.Value, out PackageName name, out _)
                && Architecture.TryParse(
                    (stanza.Find("architecture")?.Value as TomlString)?.Value,
                    out Architecture architecture,
                    out _
                )
            )
            {
                outputs.Add(new RecipeOutput(name, architecture));
            }
        }

        return outputs;
    }
}
