using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Recipes;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Fetching;

/// <summary>Reads a recipe and its lock, and tells what is wrong with them.</summary>
internal static class RecipeSource
{
    /// <exception cref="UserErrorException">There is none, or it has mistakes, which are told before.</exception>
    internal static Recipe Load(string path, Diagnostics diagnostics) =>
        Told(() => Recipe.Load(path), path, "the recipe", diagnostics);

    /// <exception cref="UserErrorException">It has mistakes, which are told before.</exception>
    internal static SourceLock LoadLock(string directory, Diagnostics diagnostics) =>
        Told(() => SourceLock.Load(directory), directory, SourceLock.FileName, diagnostics);

    private static T Told<T>(Func<T> read, string path, string what, Diagnostics diagnostics)
    {
        try
        {
            return read();
        }
        catch (RecipeException exception)
        {
            foreach (RecipeProblem problem in exception.Problems)
            {
                diagnostics.Line(problem.ToString());
            }

            throw new UserErrorException(
                $"{what} has {Counted.Text(exception.Problems.Count, "mistake")}; nothing was fetched",
                exception
            );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no recipe {path}", exception);
        }
    }
}
