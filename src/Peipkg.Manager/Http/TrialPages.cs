using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Trials;

namespace Peipkg.Manager.Http;

/// <summary>What a page says of a trial: text of strangers, of which none is ever markup.</summary>
internal static class TrialPages
{
    /// <summary>The latest trials, and the requests that wait for a word.</summary>
    public static void WriteList(HtmlText html, IReadOnlyList<TrialDocument> trials)
    {
        html.Element("h1", "Trials");
        if (trials.Count == 0)
        {
            html.Element("p", "No recipes have been tried.");
            return;
        }

        html.Raw(
            "<table><thead><tr><th>Trial</th><th>Of</th><th>State</th><th>Begun</th><th>Detail</th></tr></thead><tbody>"
        );
        foreach (TrialDocument trial in trials)
        {
            string number = trial.Trial.ToString(CultureInfo.InvariantCulture);
            html.Raw("<tr><td>").Link($"/tries/{number}", number).Raw("</td><td>");
            html.Text(trial.Name() + (trial.Author is { } author ? $", by {author}" : ""));
            html.Raw("</td><td>").Text(trial.State).Raw("</td><td>");
            html.Time(trial.CreatedAt).Raw("</td><td>").Text(trial.Detail).Raw("</td></tr>");
        }

        html.Raw("</tbody></table>");
    }

    /// <summary>The part of the page that is about the trial.</summary>
    public static void Write(HtmlText html, TrialDocument trial)
    {
        html.Element("h1", $"Trial {trial.Trial}");
        html.Element("p", trial.Name() + (trial.Author is { } author ? $", by {author}" : ""));
        html.Raw("<p><b>").Text(trial.State).Raw("</b>");
        html.Text(trial.Detail.Length > 0 ? ": " + trial.Detail : "").Raw("</p><p>");
        html.Link(Log(trial, 0), "log").Raw("</p>");
        if (trial.Recipes.Count == 0)
        {
            return;
        }

        html.Raw(
            "<table><thead><tr><th>Recipe</th><th>Change</th><th>Version</th><th>Result</th><th>Detail</th></tr></thead><tbody>"
        );
        foreach (TrialRecipe recipe in trial.Recipes)
        {
            html.Raw("<tr><td>").Text(recipe.Recipe).Raw("</td><td>").Text(recipe.Change).Raw("</td><td>");
            html.Text(recipe.Version ?? "–").Raw("</td><td>");
            if (recipe.Log is null)
            {
                html.Text(recipe.Result);
            }
            else
            {
                html.Link(Log(trial, recipe.Number), recipe.Result);
            }

            html.Raw("</td><td>").Text(recipe.Detail).Raw("</td></tr>");
        }

        html.Raw("</tbody></table>");
        foreach (TrialPackage package in trial.Recipes.SelectMany(recipe => recipe.Packages))
        {
            html.Element("h2", package.File);
            html.Element(
                "p",
                package.Published is null ? "no version is published"
                    : package.Diff.Length == 0 ? $"nothing differs from {package.Published}"
                    : $"compared with {package.Published}:"
            );
            if (package.Diff.Length > 0)
            {
                html.Element("pre", package.Diff);
            }
        }
    }

    private static string Log(TrialDocument trial, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"/tries/{trial.Trial}/logs/{number}");
}
