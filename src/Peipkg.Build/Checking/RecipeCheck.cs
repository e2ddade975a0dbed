using Peipkg.Build.Checking.Licenses;
using Peipkg.Build.Rules;
using Peipkg.Format.Editions;
using Peipkg.Recipes;
using Peipkg.Recipes.Bounds;
using Peipkg.Recipes.Sources;
using Peipkg.Recipes.Toml;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Checking;

/// <summary>What checking one recipe found.</summary>
/// <param name="File">The recipe file as the user named it.</param>
/// <param name="Findings">What is wrong with it.</param>
/// <param name="Scripts">The paths of its scripts, as far as they are there to be checked.</param>
/// <param name="Upstream">Where its versions come from, or null.</param>
internal sealed record CheckedRecipe(
    string File,
    List<Finding> Findings,
    IReadOnlyList<string> Scripts,
    Upstream? Upstream
);

/// <summary>Checks one recipe, except for the syntax of its script, which a shell checks.</summary>
internal static class RecipeCheck
{
    private const int LongestDescription = 80;
    private const string Blanks = "it starts or ends with a blank";

    /// <summary>Checks a recipe file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="edition">The edition that is asked for; null leaves it to the recipe.</param>
    /// <param name="cancellation">Ends the check early.</param>
    internal static CheckedRecipe Check(string path, Edition? edition, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        try
        {
            TomlFile file = TomlFile.Load(path);
            CheckMeta(file.Root, path, findings);
            findings.AddRange(Bounded(TemplateCheck.Check(file.Root, path), path));
            Recipe recipe = Recipe.Read(file, edition);
            CheckLicense(recipe.Meta.License, file.Root, path, findings);
            bool whole = !file.Problems.HasErrors;

            // The manager's sections are checked too, so that authors see mistakes in them before the farm does.
            Upstream? upstream = WatchedRecipe.Examine(file).Upstream;
            findings.AddRange(file.Problems.Errors.Select(problem => Finding.Of(problem, Severity.Error)));
            findings.AddRange(file.Problems.Warnings.Select(problem => Finding.Of(problem, Severity.Warning)));
            string[] scripts =
            [
                .. new[]
                {
                    ScriptOf(file.Root, "meta", "build_script", path),
                    ScriptOf(file.Root, "test", "script", path),
                }
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal),
            ];
            findings.AddRange(Bounded(StanzaCheck.Check(recipe, whole, cancellation), path));
            findings.AddRange(scripts.SelectMany(script => ScriptCheck.Check(script, recipe.Build.StopsAtErrors)));

            return new CheckedRecipe(path, findings, scripts, upstream);
        }
        catch (RecipeException exception)
        {
            findings.AddRange(exception.Problems.Select(problem => Finding.Of(problem, Severity.Error)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            findings.Add(
                Finding.Of(RecipeFileRules.Unreadable, "there is no such recipe", path) with
                {
                    OwnRemedy = "Check the path.",
                }
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            findings.Add(Finding.Of(RecipeFileRules.Unreadable, exception.Message, path));
        }

        return new CheckedRecipe(path, findings, [], null);
    }

    // As many as a file's own problems, for the same reason.
    private static List<Finding> Bounded(IEnumerable<Finding> findings, string file)
    {
        List<Finding> listed = [.. findings.Take(RecipeLimits.ListedProblems + 1)];
        if (listed.Count > RecipeLimits.ListedProblems)
        {
            listed[^1] = Finding.Of(
                RecipeRule.MoreProblems,
                "there are more problems with its packages, which are not listed; solve these first",
                file
            );
        }

        return listed;
    }

    private static void CheckMeta(TomlTable root, string file, List<Finding> findings)
    {
        if (root.Find("meta") is { Value: TomlTable meta } section)
        {
            foreach (string key in new[] { "license", "homepage" })
            {
                if (meta.Find(key) is null or { Value: TomlString { Value: "" } })
                {
                    findings.Add(
                        Finding.Of(RecipeValueRules.Recommended, $"[meta] has no {key}", file, section.Value.Position)
                    );
                }
            }
        }

        foreach (TomlTable stanza in root.Tables("package"))
        {
            CheckDescription(stanza, file, findings);
        }
    }

    // What the reader has refused is empty here: it is no expression that could be judged.
    private static void CheckLicense(string license, TomlTable root, string file, List<Finding> findings)
    {
        if (license.Length > 0)
        {
            TomlPosition position = (root.Find("meta")!.Value as TomlTable)!.Find("license")!.Value.Position;
            findings.AddRange(
                LicenseExpression
                    .Check(license)
                    .Select(problem =>
                        Finding.Of(problem.Rule, $"license in [meta]: {problem.Message}", file, position)
                    )
            );
        }
    }

    private static void CheckDescription(TomlTable stanza, string file, List<Finding> findings)
    {
        if (stanza.Find("description")?.Value is not { } node)
        {
            findings.Add(
                Finding.Of(RecipeValueRules.Recommended, "[[package]] has no description", file, stanza.Position)
            );
        }
        else if (node is TomlString text)
        {
            string? fault =
                string.IsNullOrWhiteSpace(text.Value) ? "it is empty"
                : text.Value.Length > LongestDescription
                    ? $"it has {text.Value.Length} characters, more than {LongestDescription}"
                : text.Value != text.Value.Trim() ? Blanks
                : null;
            if (fault is not null)
            {
                findings.Add(
                    Finding.Of(
                        RecipeValueRules.DescriptionLength,
                        $"description in [[package]]: {fault}",
                        file,
                        text.Position
                    ) with
                    {
                        OwnRemedy = fault == Blanks ? "Remove the blanks at its ends." : null,
                    }
                );
            }
        }
    }

    // Also for a recipe with mistakes, so that those of the script are reported in the same run.
    private static string? ScriptOf(TomlTable root, string section, string key, string recipe)
    {
        string name = (root.Find(section)?.Value as TomlTable)?.Find(key)?.Value is TomlString text ? text.Value : "";
        string path = Path.Combine(Path.GetDirectoryName(recipe) ?? "", name);
        return InnerPath.StaysInside(name) && File.Exists(path) ? path : null;
    }
}
