using Microsoft.Extensions.Logging;
using Peipkg.Format.Repositories;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;

namespace Peipkg.Manager.Publishing;

/// <summary>
/// Works out the builds again of some recipes, each under the next revision, and tells why others cannot be built again.
/// </summary>
/// <param name="recipes">What is to be built again.</param>
/// <param name="reason">Why, in words.</param>
/// <param name="leftOut">Of which nothing can be built again, and why.</param>
internal delegate IReadOnlyList<QueueEntry> RebuildPlan(
    IReadOnlyList<string> recipes,
    string reason,
    out IReadOnlyList<string> leftOut
);

/// <summary>Keeps from publishing what would break what is published, as <c>[publish] on_break</c> says.</summary>
internal sealed class BreakKeeper(
    Func<OnBreak> policy,
    RepositoryState repository,
    BuildStore builds,
    BuildMoves moves,
    RosterHolder roster,
    RebuildPlan plan,
    TimeProvider clock,
    ILogger<BreakKeeper> logger
)
{
    private const int MostNamed = 10;

    // Whatever the farm publishes makes it look at once; this is for what others do to the repository.
    private static readonly TimeSpan NextLook = TimeSpan.FromMinutes(10);

    /// <summary>Which of the builds go out together; the first is the one that is asked for.</summary>
    /// <param name="published">What is published.</param>
    /// <param name="ready">The builds.</param>
    /// <param name="described">What the packages of each attempt say of themselves.</param>
    public GenerationChoice Choose(
        PublishedPackages published,
        IReadOnlyList<ReadyBuild> ready,
        IReadOnlyDictionary<long, IReadOnlyList<IndexEntry>> described
    )
    {
        bool all = policy() == OnBreak.Publish;
        return GenerationChoice.Make(
            published.Active,
            repository.Edition,
            [
                .. ready.Select(
                    (one, index) =>
                        new WaitingBuild(
                            one.Build.Id,
                            $"{one.Build.Recipe} {one.Build.Version}",
                            described[one.Attempt]
                        )
                        {
                            // Whoever leads another build that is not held will publish it by himself.
                            IsCandidate = index == 0 || one.Build.State == BuildState.Held,
                            IsReleased = all || one.Build.IsReleased,
                            WaitedFor = builds
                                .LacksOf(one.Build.Id)
                                .Where(lack => lack.Recipe == one.Build.Recipe)
                                .Select(lack => lack.Name)
                                .ToHashSet(StringComparer.Ordinal),
                        }
                ),
            ]
        );
    }

    /// <summary>Whether the packages of a build are still what its recipe makes; if not, its own look ends or repeats it.</summary>
    public bool IsWanted(BuildRecord build, IReadOnlyList<BuildOutput> outputs) =>
        roster.Current.Find(build.Recipe) is { } recipe && ReadyBuild.IsAsOrdered(recipe, build.Version, outputs);

    /// <summary>Holds what was not chosen.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="candidates">The builds that were there to be chosen.</param>
    public void Keep(GenerationChoice choice, IReadOnlyList<ReadyBuild> candidates)
    {
        foreach (ReadyBuild ready in candidates)
        {
            if (choice.WhyNot(ready.Build.Id) is { Count: > 0 } needs)
            {
                Hold(ready.Build, needs);
            }
        }
    }

    private void Hold(BuildRecord build, IReadOnlyList<MissingNeed> needs)
    {
        Lack[] lacks =
        [
            .. needs.Select(need => new Lack(
                need.Package,
                need.Name,
                need.IsOwn ? build.Recipe : RecipeOf(need.Package)
            )),
        ];
        string[] rebuilt = [];
        IReadOnlyList<QueueEntry> rebuilds = [];
        if (policy() == OnBreak.Rebuild)
        {
            HashSet<string> known =
            [
                .. builds.LacksOf(build.Id).Where(lack => lack.IsRebuilt).Select(lack => lack.Recipe!),
            ];
            rebuilt =
            [
                .. lacks
                    .Select(lack => lack.Recipe)
                    .OfType<string>()
                    .Where(recipe => recipe != build.Recipe && !known.Contains(recipe))
                    .Distinct(StringComparer.Ordinal),
            ];
        }

        if (rebuilt.Length > 0)
        {
            rebuilds = plan(
                rebuilt,
                $"{build.Recipe} {build.Version} would break it",
                out IReadOnlyList<string> leftOut
            );
            foreach (string why in leftOut)
            {
                PublishEvents.NotRebuilt(logger, build.Recipe, build.Version, why);
            }
        }

        string detail = Describe(needs);
        if (moves.Held(build.Id, detail, lacks, rebuilt, rebuilds, clock.GetUtcNow() + NextLook))
        {
            PublishEvents.Breaks(logger, build.Recipe, build.Version, detail);
        }
    }

    private string? RecipeOf(string package) =>
        roster
            .Current.Recipes.FirstOrDefault(recipe => recipe.Outputs.Any(output => output.Name.Text == package))
            ?.Name;

    private static string Describe(IReadOnlyList<MissingNeed> needs)
    {
        string[] words =
        [
            .. needs
                .Select(need =>
                    !need.IsOwn ? $"{need.Package} would lack {need.Name}"
                    : need.Bringer is { } bringer ? $"{need.Package} needs {need.Name}, which waits with {bringer}"
                    : $"{need.Package} needs {need.Name}, which nothing brings any more"
                )
                .Order(StringComparer.Ordinal),
        ];
        return string.Join("; ", words.Take(MostNamed))
            + (words.Length > MostNamed ? $"; and {words.Length - MostNamed} more" : "");
    }
}
