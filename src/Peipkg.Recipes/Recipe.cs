using Peipkg.Format.Editions;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>
/// A recipe as peipkg-build reads it (§8.2): <c>[meta]</c> and the stanzas <c>[[package]]</c>. Other sections
/// belong to other tools and are passed over.
/// </summary>
/// <param name="File">The recipe file as the user named it.</param>
/// <param name="Directory">The recipe directory, an absolute path.</param>
/// <param name="Meta">What all stanzas share.</param>
/// <param name="Stanzas">One for each package, at least one, in the order of the file.</param>
/// <param name="Warnings">What is suspicious in the file.</param>
public sealed record Recipe(
    string File,
    string Directory,
    RecipeMeta Meta,
    IReadOnlyList<Stanza> Stanzas,
    IReadOnlyList<RecipeProblem> Warnings
)
{
    /// <summary>What the file is called in a recipe directory.</summary>
    public const string FileName = "peipkg.toml";

    /// <summary>How the script is run.</summary>
    public BuildSettings Build { get; init; } = BuildSettings.Unsaid;

    /// <summary>What the source tree is made from; null where the recipe does not say.</summary>
    public SourceSettings? Source { get; init; }

    /// <summary>The script that tests the packages, relative to the recipe directory and inside it; null where there is none.</summary>
    public string? TestScript { get; init; }

    /// <summary>Reads a recipe file and checks all that can be known without building.</summary>
    /// <param name="path">The file; its directory is the recipe directory.</param>
    /// <param name="edition">The edition of the format that is asked for; null leaves it to the recipe.</param>
    /// <param name="target">What it is read for; null if that is not known yet.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="RecipeException">The recipe has mistakes: all of them.</exception>
    public static Recipe Load(string path, Edition? edition = null, RecipeTarget? target = null)
    {
        TomlFile file = TomlFile.Load(path);
        Recipe recipe = Read(file, edition, target);
        file.Problems.ThrowIfAny();
        return recipe;
    }

    /// <summary>Reads a recipe out of a file that others read too; what is wrong goes to the file's problems.</summary>
    /// <returns>The recipe; where the file has problems, only what could be read of it, for nothing but to look for more.</returns>
    /// <param name="file">The file.</param>
    /// <param name="edition">The edition of the format that is asked for; null leaves it to the recipe.</param>
    /// <param name="target">What it is read for; null if that is not known yet.</param>
    public static Recipe Read(TomlFile file, Edition? edition = null, RecipeTarget? target = null) =>
        RecipeReader.Read(file, edition, target ?? RecipeTarget.Unknown);
}

/// <summary>What all packages of a recipe share.</summary>
/// <param name="License">The SPDX expression; empty where none is given.</param>
/// <param name="Homepage">The http or https URL of the project; empty where none is given.</param>
/// <param name="Source">Where the source is said to come from; for people only.</param>
/// <param name="BuildScript">The build script, relative to the recipe directory and inside it.</param>
/// <param name="Edition">The edition of the format: the recipe's, else the one asked for, else the default.</param>
public sealed record RecipeMeta(string License, string Homepage, string Source, string BuildScript, Edition Edition);
