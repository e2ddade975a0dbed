using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes;
using Peipkg.Recipes.Globs;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Configuration;

/// <summary>One <c>[[pool]]</c>: a place where builds run, and which ones.</summary>
/// <param name="Name">1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; empty for <see cref="Only"/>.</param>
internal sealed record PoolConfig(string Name)
{
    private const int MostSlots = 1000;

    /// <summary>What its machines build; empty: everything.</summary>
    public IReadOnlyList<Architecture> Architectures { get; init; } = [];

    /// <summary>What brings a build there; null for builds on this machine.</summary>
    public LauncherCommand? Launcher { get; init; }

    /// <summary>Builds at once.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Patterns for the names of the recipes that it builds; empty: all.</summary>
    public IReadOnlyList<Glob> Recipes { get; init; } = [];

    /// <summary>Those patterns, as configured.</summary>
    public IEnumerable<string> Patterns => Recipes.Select(glob => glob.Text);

    /// <summary>Whether it builds some recipes only.</summary>
    public bool IsSelective => Recipes.Count > 0;

    /// <summary>The variables of the manager's environment that its launcher gets besides the plain ones.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>
    /// How long its launcher may wait until a build begins, which the launcher then tells; null: what it starts begins at
    /// once.
    /// </summary>
    public TimeSpan? Queue { get; init; }

    /// <summary>Whether it is the one pool of a farm whose configuration names none.</summary>
    public bool IsOnly => Name.Length == 0;

    /// <summary>The one pool of a farm whose configuration names none.</summary>
    /// <param name="builds">What <c>[build]</c> says.</param>
    /// <param name="processors">Of this machine.</param>
    public static PoolConfig Only(BuildConfig builds, int processors) =>
        new("") { Launcher = builds.Launcher, Slots = builds.Parallel ?? Math.Max(1, processors / 2) };

    /// <summary>Whether it builds a recipe.</summary>
    /// <param name="recipe">The recipe's name.</param>
    /// <param name="outputs">What the recipe makes; what is of no architecture can be built anywhere.</param>
    public bool Takes(string recipe, IReadOnlyList<RecipeOutput> outputs) =>
        (Recipes.Count == 0 || Recipes.Any(glob => glob.IsMatch(recipe)))
        && (
            Architectures.Count == 0
            || outputs.All(output =>
                output.Architecture == Architecture.NoArch || Architectures.Contains(output.Architecture)
            )
        );

    /// <summary>The architecture of the machine that a recipe is built on here.</summary>
    /// <param name="outputs">What the recipe makes.</param>
    public Architecture MachineFor(IReadOnlyList<RecipeOutput> outputs) =>
        outputs.FirstOrDefault(output => output.Architecture != Architecture.NoArch) is { } output ? output.Architecture
        : Architectures is [var first, ..] ? first
        : RecipeTarget.Machine;

    /// <summary>Reads every <c>[[pool]]</c>; problems go to the file's list.</summary>
    public static IReadOnlyList<PoolConfig> Read(TomlFile file)
    {
        List<PoolConfig> pools = [];
        foreach (TomlSection section in file.Sections("pool"))
        {
            string name = section.Parsed<string>("name", ConfigWord.Name, required: true)?.Value ?? "";
            if (name.Length > 0 && pools.Any(pool => pool.Name == name))
            {
                section.Problems.Error(
                    section.PositionOf("name"),
                    $"two pools are called \"{name}\"; give each a name of its own"
                );
            }

            pools.Add(
                new PoolConfig(name)
                {
                    Architectures = ConfigWord.Each<Architecture>(section, "architectures", Machine),
                    Launcher = LauncherCommand.Read(section),
                    Slots = section.BoundedCount("slots", MostSlots) ?? 1,
                    Recipes = ConfigWord.Each<Glob>(section, "recipes", Glob.TryParse),
                    Environment = ConfigWord.Each<string>(section, "environment", Variable),
                    Queue = section.BoundedDuration("queue"),
                }
            );
            if (!section.Has("launcher") && (section.Has("environment") || section.Has("queue")))
            {
                section.Problems.Error(
                    section.Position,
                    $"{section.Label} has no launcher, so environment and queue mean nothing; builds run on this machine"
                );
            }

            section.Finish();
        }

        if (pools.Count > 0 && file.Section("build") is { } build)
        {
            foreach (string key in ((string[])["launcher", "parallel"]).Where(build.Has))
            {
                build.Problems.Error(
                    build.PositionOf(key),
                    $"{key} in [build]: with [[pool]] each pool has its own {(key == "parallel" ? "slots" : key)}; leave it out here"
                );
            }
        }

        // Configurations are compared by their values, and a list is not one.
        if (pools.Count == 0)
        {
            return [];
        }

        return pools;
    }

    // A pool that takes it builds what needs no architecture, too; a machine of none there is not.
    private static bool Machine(string? text, out Architecture value, [NotNullWhen(false)] out string? error)
    {
        if (!Architecture.TryParse(text, out value, out error))
        {
            return false;
        }

        error = value == Architecture.NoArch ? "noarch packages are built in every pool; name machines" : null;
        return error is null;
    }

    private static bool Variable(string? text, out string value, [NotNullWhen(false)] out string? error)
    {
        value = text ?? "";
        error =
            value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                ? null
                : $"{DisplayText.Quote(value)} is no name of a variable; write the name alone, without a value";
        return error is null;
    }
}
