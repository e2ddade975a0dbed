using Microsoft.Extensions.Logging;
using Peipkg.Format.Editions;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;
using Peipkg.Recipes;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Recipes;

/// <summary>A recipe that the farm watches or at least knows.</summary>
/// <param name="Name">Its directory's name. Says nothing about the packages: <c>zlib</c> may produce <c>libz</c>.</param>
/// <param name="Document">What its peipkg.toml says.</param>
internal sealed record RosterEntry(string Name, WatchedRecipe Document)
{
    /// <summary>Whether it has an upstream; else it is built only by hand.</summary>
    public bool IsWatched => Document.Upstream is not null;

    /// <summary>Where its upstream is, of either kind; null when it has none.</summary>
    public string? Address => Document.Upstream?.Address;

    /// <summary>The git repository that is its upstream; null where that is a listing of archives, or where there is none.</summary>
    public GitAddress? Url => Document.Upstream?.Git;

    /// <summary>The directory that holds it.</summary>
    public string Directory => Path.GetDirectoryName(Document.File)!;

    /// <summary>The edition of the format in which it is built.</summary>
    public Edition Edition { get; init; } = Edition.Default;

    /// <summary>The packages that a version of it consists of.</summary>
    public IReadOnlyList<RecipeOutput> Outputs => Document.Outputs;

    /// <summary>Whether another recipe makes one of its packages, too.</summary>
    public bool SharesPackages { get; init; }

    /// <summary>What its folder holds now; null when that cannot be read.</summary>
    public string? Digest() => RecipeDigest.Of(Directory);

    /// <summary>
    /// How often it is polled. The default is the floor: a recipe may be polled more often, never less (user
    /// documentation, configuration).
    /// </summary>
    public TimeSpan IntervalUnder(TimeSpan defaultInterval) =>
        Document.Watch?.PollInterval is { } own && own < defaultInterval ? own : defaultInterval;
}

/// <summary>A directory whose peipkg.toml cannot be used, and every reason, without credentials.</summary>
internal sealed record BrokenRecipe(string Name, IReadOnlyList<string> Problems);

/// <summary>A package that several recipes make.</summary>
internal sealed record SharedPackage(string Package, IReadOnlyList<string> Recipes)
{
    /// <summary>What is wrong, and what to do.</summary>
    public string Describe() =>
        $"the recipes {string.Join(" and ", Recipes)} all make the package {Package}, and whichever is first publishes a version; "
        + "leave it to one of them, or give one another name";
}

/// <summary>The recipes at one moment, ordered by name. Broken ones are reported and left out.</summary>
internal sealed class RecipeRoster
{
    private readonly Dictionary<string, RosterEntry> _byName;

    private RecipeRoster(List<RosterEntry> recipes, List<BrokenRecipe> broken, string? commit = null)
    {
        Commit = commit;
        BrokenRecipes = broken;
        SharedPackages =
        [
            .. recipes
                .SelectMany(recipe => recipe.Outputs.Select(output => (output.Name, Recipe: recipe.Name)))
                .Distinct()
                .GroupBy(made => made.Name, made => made.Recipe)
                .Where(makers => makers.Count() > 1)
                .Select(makers => new SharedPackage(makers.Key.Text, [.. makers])),
        ];
        HashSet<string> sharing = new(SharedPackages.SelectMany(shared => shared.Recipes), StringComparer.Ordinal);
        Recipes = [.. recipes.Select(r => sharing.Contains(r.Name) ? r with { SharesPackages = true } : r)];
        _byName = Recipes.ToDictionary(r => r.Name, StringComparer.Ordinal);
    }

    public static RecipeRoster Empty { get; } = new([], []);

    public IReadOnlyList<RosterEntry> Recipes { get; }

    /// <summary>The commit that they come from; null where that is not known.</summary>
    public string? Commit { get; }

    /// <summary>How many directories hold a peipkg.toml that cannot be used.</summary>
    public int Broken => BrokenRecipes.Count;

    /// <summary>Those directories, by name.</summary>
    public IReadOnlyList<BrokenRecipe> BrokenRecipes { get; }

    /// <summary>Packages that several recipes make: a mistake, since whichever is first publishes a version.</summary>
    public IReadOnlyList<SharedPackage> SharedPackages { get; }

    /// <summary>Those with an upstream.</summary>
    public IEnumerable<RosterEntry> Watched => Recipes.Where(recipe => recipe.IsWatched);

    /// <summary>Whether a recipe is there, usable or not.</summary>
    public bool Knows(string name) => _byName.ContainsKey(name) || BrokenRecipes.Any(broken => broken.Name == name);

    public RosterEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads every subdirectory that holds a <c>peipkg.toml</c>; what is wrong with one goes to the log.</summary>
    /// <param name="directory">The directory of recipe directories.</param>
    /// <param name="logger">Told what is wrong.</param>
    /// <param name="edition">The repository's edition; null for the default.</param>
    /// <param name="commit">The commit that they come from; null where that is not known.</param>
    /// <exception cref="IOException">The directory itself cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RecipeRoster Load(string directory, ILogger logger, Edition? edition = null, string? commit = null)
    {
        List<RosterEntry> recipes = [];
        List<BrokenRecipe> broken = [];
        foreach (string path in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            string file = Path.Combine(path, Recipe.FileName);
            if (!File.Exists(file))
            {
                continue;
            }

            string name = Path.GetFileName(path);
            try
            {
                RosterEntry recipe = Read(name, file, edition);
                foreach (RecipeProblem warning in recipe.Document.Warnings)
                {
                    RosterEvents.RecipeWarning(logger, name, warning.ToString());
                }

                recipes.Add(recipe);
            }
            catch (RecipeException exception)
            {
                string[] problems = [.. exception.Problems.Select(Shown)];
                broken.Add(new BrokenRecipe(name, problems));
                foreach (string problem in problems)
                {
                    RosterEvents.RecipeBroken(logger, name, problem);
                }
            }
            catch (Exception exception) when (Boundary.Holds(exception))
            {
                broken.Add(new BrokenRecipe(name, [exception.Message]));
                RosterEvents.RecipeBroken(logger, name, exception.Message);
            }
        }

        RecipeRoster roster = new(recipes, broken, commit);
        foreach (SharedPackage shared in roster.SharedPackages)
        {
            RosterEvents.SamePackage(logger, shared.Package, [.. shared.Recipes]);
        }

        return roster;
    }

    // A stranger's file may quote a name of a megabyte on every line.
    private static string Shown(RecipeProblem problem)
    {
        string text = Redactor.WithoutCredentials(problem.ToString());
        return text.Length <= ManagerLimits.RecipeProblemLength
            ? text
            : text[..ManagerLimits.RecipeProblemLength] + "…";
    }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="RecipeException">It cannot be used.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RosterEntry Read(string name, string file, Edition? edition = null)
    {
        try
        {
            return ReadDocument(name, file, edition ?? Edition.Default);
        }
        catch (Exception exception) when (Boundary.IsUnforeseen(exception))
        {
            ProblemList problems = new(file);
            problems.Error(TomlPosition.Start, $"the recipe cannot be judged: {Boundary.Describe(exception)}");
            problems.ThrowIfAny();
            throw;
        }
    }

    private static RosterEntry ReadDocument(string name, string file, Edition edition)
    {
        TomlFile document = TomlFile.Load(file);
        WatchedRecipe recipe = WatchedRecipe.Read(document);
        if (recipe.Upstream is not null && recipe.Outputs.Count == 0)
        {
            document.Problems.Error(
                TomlPosition.Start,
                "no [[package]] has a usable name and architecture, so nothing could be published"
            );
            foreach (RecipeProblem problem in recipe.Unusable)
            {
                document.Problems.Error(problem.Position, problem.Message, problem.Rule);
            }
        }

        if (recipe.Edition is { } stated && stated.Value != edition)
        {
            document.Problems.Error(
                stated.Position,
                $"edition in [meta]: the recipe is of edition {stated.Value}, and the repository is of edition {edition}"
            );
        }

        document.Problems.ThrowIfAny();
        return new RosterEntry(name, recipe) { Edition = edition };
    }
}
