using Microsoft.Extensions.Logging;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.World;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Recipes;

/// <summary>The current roster, replaced whole on reload and by every commit that is taken over.</summary>
internal sealed class RosterHolder(ManagerConfig config, ILogger<RosterHolder> logger)
{
    private volatile RecipeRoster _current = RecipeRoster.Empty;

    public RecipeRoster Current => _current;

    /// <summary>Whether there is one; before the first commit of <c>[recipes] git</c> nobody knows what the recipes are.</summary>
    public bool IsKnown => !ReferenceEquals(_current, RecipeRoster.Empty);

    /// <summary>Reads the recipes for the first time.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Load()
    {
        if (RecipeCheckouts.Place(config) is var (directory, commit))
        {
            Take(RecipeRoster.Load(directory, logger, OwnRepository.EditionOf(config), commit));
        }
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

    /// <summary>Puts a roster that was checked as a whole in the place of the former one.</summary>
    public void TakeOver(RecipeRoster roster)
    {
        foreach (RosterEntry recipe in roster.Recipes)
        {
            foreach (RecipeProblem warning in recipe.Document.Warnings)
            {
                RosterEvents.RecipeWarning(logger, recipe.Name, warning.ToString());
            }
        }

        Take(roster);
    }

    private void Take(RecipeRoster roster)
    {
        _current = roster;
        RosterEvents.Loaded(logger, roster.Recipes.Count, roster.Watched.Count(), roster.Broken);
        if (roster.Recipes.Count + roster.Broken == 0)
        {
            RosterEvents.NoRecipes(logger, config.RecipesDirectory);
        }
    }
}
