using Peipkg.Build.Checking.Reports;
using Peipkg.Build.Rules;
using Peipkg.Build.World;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Checking;

/// <summary>What <c>check</c> was asked to do.</summary>
/// <param name="Names">Recipes, or directories of recipes.</param>
/// <param name="Format"><c>text</c>, <c>json</c> or <c>sarif</c>.</param>
/// <param name="Tags">A file or repository with tags to try; null for none.</param>
/// <param name="Edition">The edition that is asked for; null leaves it to the recipes.</param>
/// <param name="Policy">What becomes of findings.</param>
internal sealed record CheckRequest(
    IReadOnlyList<string> Names,
    string Format,
    string? Tags,
    Edition? Edition,
    RulePolicy Policy
)
{
    /// <summary>Whether what has exactly one right answer is changed in the files.</summary>
    internal bool Fix { get; init; }
}

/// <summary>Finds everything that is wrong with recipes as far as it shows without building them, in one run.</summary>
internal static class CheckOperation
{
    internal static int Run(CheckRequest request, ToolContext context)
    {
        CheckReport report = Check(request, context);
        context.Output.Write(
            request.Format switch
            {
                "json" => CheckJson.Write(report),
                "sarif" => CheckSarif.Write(report),
                _ => CheckText.Write(report),
            }
        );
        return report.Count(Severity.Error) == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static CheckReport Check(CheckRequest request, ToolContext context)
    {
        IReadOnlyList<string> files = RecipeFiles.Find(request.Names);
        if (request.Tags is not null && files.Count != 1)
        {
            throw new UserErrorException($"--tags is for a single recipe, and there are {files.Count} to check");
        }

        CheckedRecipe[] recipes = new CheckedRecipe[files.Count];
        AllCores.Run(
            files.Count,
            i => recipes[i] = RecipeCheck.Check(files[i], request.Edition, context.Cancellation),
            context.Cancellation
        );
        if (request.Fix)
        {
            HashSet<CheckedRecipe> changed = RecipeFix.Run(recipes, request.Policy, context);
            recipes =
            [
                .. recipes.Select(recipe =>
                    changed.Contains(recipe)
                        ? RecipeCheck.Check(recipe.File, request.Edition, context.Cancellation)
                        : recipe
                ),
            ];
        }

        TagReport? tags = request.Tags is null ? null : TryTags(recipes[0], request.Tags, context);
        ILookup<string?, Finding> syntax = ScriptSyntax
            .Check(recipes.SelectMany(recipe => recipe.Scripts).Distinct(StringComparer.Ordinal), context.Cancellation)
            .ToLookup(finding => finding.File, StringComparer.Ordinal);
        IEnumerable<Finding> all = recipes.SelectMany(recipe =>
            recipe
                .Findings.Concat(
                    recipe
                        .Scripts.Where(script => !HasWindowsLines(recipe, script))
                        .SelectMany(script => syntax[script])
                )
                .Concat(tags?.Findings ?? [])
                .OrderBy(finding => finding.File == recipe.File ? 0 : 1)
                .ThenBy(finding => finding.Position ?? default)
        );
        return new CheckReport(files.Count, [.. all.Select(request.Policy.Judge).OfType<Finding>()], tags?.Tags);
    }

    // The shell stumbles over the carriage returns, which are a finding already.
    private static bool HasWindowsLines(CheckedRecipe recipe, string script) =>
        recipe.Findings.Exists(finding => finding.Rule.Id == ScriptRules.LineEnds && finding.File == script);

    private static TagReport? TryTags(CheckedRecipe recipe, string source, ToolContext context)
    {
        if (recipe.Upstream is { } upstream)
        {
            return TagReport.Make(recipe.File, upstream, TagList.Load(source, context));
        }

        // Findings say what is wrong with [upstream]; that it is missing is said here.
        return recipe.Findings.Exists(finding => finding.Severity == Severity.Error)
            ? null
            : throw new UserErrorException($"--tags: {recipe.File} has no [upstream] whose tag_pattern could be tried");
    }
}
