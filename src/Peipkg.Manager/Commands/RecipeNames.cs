using System.CommandLine;
using System.CommandLine.Completions;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Hosting;
using Peipkg.Manager.Recipes;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Commands;

/// <summary>
/// Completes the name of a recipe. That needs no farm and no right but to see the recipes' directories, and where those
/// cannot be seen nothing is offered and nothing said.
/// </summary>
internal static class RecipeNames
{
    /// <summary>The recipes that the configuration on the command line leads to.</summary>
    /// <param name="context">The unfinished command line.</param>
    /// <param name="config">The option that names the configuration.</param>
    public static IReadOnlyList<CompletionItem> Complete(CompletionContext context, Option<string> config)
    {
        try
        {
            string file = context.ParseResult.GetRequiredValue(config);
            if (RecipeCheckouts.Place(ManagerProgram.LoadConfig(file)) is not var (directory, _))
            {
                return [];
            }

            return
            [
                .. Directory
                    .EnumerateDirectories(directory)
                    .Order(StringComparer.Ordinal)
                    .Where(recipe => File.Exists(Path.Combine(recipe, Recipe.FileName)))
                    .Select(recipe => new CompletionItem(Path.GetFileName(recipe))),
            ];
        }
        catch (Exception exception)
            when (exception
                    is UsageErrorException
                        or UserErrorException
                        or RecipeException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return [];
        }
    }
}
