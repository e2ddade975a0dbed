using Peipkg.Recipes;

namespace Peipkg.Build.Building;

/// <summary>The recipe that <c>--recipe</c> names: a file, or the directory that holds it.</summary>
internal static class RecipePath
{
    /// <summary>The recipe's file.</summary>
    internal static string Of(string path) => Directory.Exists(path) ? Path.Combine(path, Recipe.FileName) : path;
}
