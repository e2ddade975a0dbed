using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>What is wrong with the recipes: they do not come, cannot be used, or make the same package.</summary>
internal static class RecipeTroubles
{
    /// <summary>Of all recipes, and of the repository that they come from.</summary>
    public static IEnumerable<Trouble> Of(FarmStores stores, RecipeRoster roster, LiveFarm? live)
    {
        if (
            stores.Config.Recipes is { } source
            && live?.Recipes() is { } state
            && OfSource(source, state, roster) is { } bad
        )
        {
            yield return bad;
        }

        foreach (BrokenRecipe broken in roster.BrokenRecipes)
        {
            yield return Trouble.Warning(
                "recipe:" + broken.Name,
                $"recipe {broken.Name} cannot be used: {broken.Problems[0]}",
                $"peipkg-build check {Path.Combine(RecipeCheckouts.Place(stores.Config)?.Directory ?? "", broken.Name)}"
            );
        }

        foreach (SharedPackage shared in roster.SharedPackages)
        {
            yield return Trouble.Warning("package:" + shared.Package, shared.Describe(), "peipkg-manager check-config");
        }
    }

    private static Trouble? OfSource(RecipesConfig source, RecipePullState state, RecipeRoster roster)
    {
        string stays = roster.Commit is { } commit
            ? $"those of {RecipeCheckout.Shorten(commit)} stay in force"
            : "there are none in force";
        if (state.Refused is { } refused)
        {
            string verdict =
                refused == roster.Commit
                    ? "are in force and would not be taken over any more"
                    : $"were not taken over, {stays}";
            return Trouble.Error(
                "recipes",
                $"the recipes of commit {RecipeCheckout.Shorten(refused)} {verdict}: {state.Reason}",
                $"git show {refused}"
            );
        }

        if (state.Error is not { } error)
        {
            return null;
        }

        string text = $"the recipes could not be fetched, {WhyQuery.Times(state.Failures)} by now, {stays}: {error}";
        string remedy = $"git ls-remote {source.Git.Text} {source.Reference}";
        return roster.Commit is null
            ? Trouble.Error("recipes", text, remedy)
            : Trouble.Warning("recipes", text, remedy);
    }
}
