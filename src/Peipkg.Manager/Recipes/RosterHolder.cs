using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Recipes;

/// <summary>The current roster, replaced whole on reload.</summary>
internal sealed class RosterHolder(ManagerConfig config, ILogger<RosterHolder> logger)
{
    private volatile RecipeRoster _current = RecipeRoster.Empty;

    public RecipeRoster Current => _current;

    /// <summary>Reads the recipes for the first time.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Load()
    {
        RecipeRoster roster = RecipeRoster.Load(config.RecipesDirectory, logger, RepositoryEdition.Of(config));
        _current = roster;
        RosterEvents.Loaded(logger, roster.Recipes.Count, roster.Watched.Count(), roster.Broken);
    }

    /// <summary>Reads them again; when the directory itself cannot be read the former roster stays.</summary>
    public bool Reload()
    {
        try
        {
            Load();
            return true;
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            RosterEvents.ReloadFailed(logger, Boundary.Describe(exception));
            return false;
        }
    }
}
