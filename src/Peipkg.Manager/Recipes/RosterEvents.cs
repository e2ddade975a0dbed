using Microsoft.Extensions.Logging;

namespace Peipkg.Manager.Recipes;

/// <summary>Events about the recipes themselves.</summary>
internal static partial class RosterEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "recipe roster loaded")]
    public static partial void Loaded(ILogger logger, int count, int watched, int broken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "there are no recipes, so nothing is built")]
    public static partial void NoRecipes(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "recipe cannot be used")]
    public static partial void RecipeBroken(ILogger logger, string recipe, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "recipe looks wrong")]
    public static partial void RecipeWarning(ILogger logger, string recipe, string problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "several recipes make the same package, whichever is first publishes a version"
    )]
    public static partial void SamePackage(ILogger logger, string package, string[] recipes);

    [LoggerMessage(Level = LogLevel.Error, Message = "recipes could not be reloaded")]
    public static partial void ReloadFailed(ILogger logger, string error);
}
