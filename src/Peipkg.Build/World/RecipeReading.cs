using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.World;

/// <summary>Reads what belongs to a recipe for a command that cannot go on without it.</summary>
internal static class RecipeReading
{
    /// <summary>Reads it, and tells all of its mistakes first.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="path">The recipe, as the caller named it.</param>
    /// <param name="what">What has mistakes, for the message.</param>
    /// <param name="nothing">What was not done, such as "built".</param>
    /// <param name="diagnostics">Told of the mistakes.</param>
    /// <exception cref="UserErrorException">There is none, or it has mistakes.</exception>
    internal static T Require<T>(Func<T> read, string path, string what, string nothing, Diagnostics diagnostics)
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
                $"{what} has {Counted.Text(exception.Problems.Count, "mistake")}; nothing was {nothing}",
                exception
            );
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no recipe {path}", exception);
        }
    }
}
