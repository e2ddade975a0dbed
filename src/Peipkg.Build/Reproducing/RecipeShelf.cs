using Peipkg.Build.Checking;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Reproducing;

/// <summary>Which recipe makes which package, of a directory of recipes.</summary>
internal sealed class RecipeShelf
{
    private readonly Dictionary<PackageName, List<string>> _files = [];

    private RecipeShelf() { }

    /// <summary>Reads all recipes; those with mistakes are left out, with a warning.</summary>
    /// <param name="directory">Their directory, a recipe's own directory, or its file.</param>
    /// <param name="context">Told of mistakes.</param>
    /// <exception cref="UserErrorException">There is no recipe.</exception>
    internal static RecipeShelf Read(string directory, ToolContext context)
    {
        RecipeShelf shelf = new();
        foreach (string file in RecipeFiles.Find([directory]))
        {
            try
            {
                foreach (Stanza stanza in Recipe.Load(file).Stanzas)
                {
                    if (!shelf._files.TryGetValue(stanza.Name, out List<string>? files))
                    {
                        shelf._files[stanza.Name] = files = [];
                    }

                    files.Add(file);
                }
            }
            catch (RecipeException exception)
            {
                context.Diagnostics.Warning($"{file} is left out: {exception.Problems[0]}");
            }
        }

        return shelf;
    }

    /// <summary>The recipe of a package.</summary>
    /// <exception cref="UserErrorException">There is none, or more than one.</exception>
    internal string Find(PackageName name) =>
        _files.GetValueOrDefault(name) switch
        {
            null => throw new UserErrorException("no recipe here makes it"),
            [var file] => file,
            var files => throw new UserErrorException(
                $"several recipes make it: {string.Join(", ", files)}; give the one with --recipe"
            ),
        };
}
