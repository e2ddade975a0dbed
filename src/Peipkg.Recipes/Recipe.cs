using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>
/// A recipe as peipkg-build reads it (§8.2): <c>[meta]</c>, the stanzas <c>[[package]]</c> and <c>[[sign]]</c>. Other
/// sections belong to other tools and are passed over.
/// </summary>
/// <param name="File">The recipe file as the user named it.</param>
/// <param name="Directory">The recipe directory, an absolute path.</param>
/// <param name="Meta">What all stanzas share.</param>
/// <param name="Stanzas">One for each package, at least one, in the order of the file.</param>
/// <param name="Signs">The entries of <c>[[sign]]</c>.</param>
/// <param name="Warnings">What is suspicious in the file.</param>
public sealed record Recipe(
    string File,
    string Directory,
    RecipeMeta Meta,
    IReadOnlyList<Stanza> Stanzas,
    IReadOnlyList<SignEntry> Signs,
    IReadOnlyList<RecipeProblem> Warnings)
{
    /// <summary>Reads a recipe file and checks all that can be known without building.</summary>
    /// <param name="path">The file; its directory is the recipe directory.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="RecipeException">The recipe has mistakes: all of them.</exception>
    public static Recipe Load(string path) => RecipeReader.Read(TomlFile.Load(path));
}

/// <summary>What all packages of a recipe share.</summary>
/// <param name="License">The SPDX expression; empty where none is given.</param>
/// <param name="Homepage">The http or https URL of the project; empty where none is given.</param>
/// <param name="Source">Where the source is said to come from; for people only.</param>
/// <param name="BuildScript">The build script, relative to the recipe directory and inside it.</param>
public sealed record RecipeMeta(string License, string Homepage, string Source, string BuildScript);

/// <summary>An entry of <c>[[sign]]</c>, which no documentation explains; it is read and checked, not acted on.</summary>
/// <param name="Path">Which files below $DESTDIR it concerns.</param>
/// <param name="Key">A key file, relative to the recipe directory and inside it.</param>
/// <param name="Position">Where the entry begins.</param>
public sealed record SignEntry(Globs.Glob Path, string Key, TomlPosition Position);
