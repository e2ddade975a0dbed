using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Text;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Recipes;

namespace Peipkg.Manager.Http;

/// <summary>The pages of the dashboard, made from the documents that the command line shows too.</summary>
internal static class DashboardPages
{
    /// <summary>How many queued versions are listed; a first contact may queue thousands.</summary>
    private const int MostQueued = 50;

    private const int MostTroubles = 30;

    private static readonly string[] VersionActs = ["retry", "cancel", "reject"];

    // Of one recipe; peipkg-build check shows all.
    private const int MostProblems = 5;

    /// <summary>The farm.</summary>
    public static string Farm(StatusDocument status, RecipesDocument recipes, HistoryDocument history, ActForms forms)
    {
        return Page(
            status.FarmId,
            "Farm",
            "",
            html =>
            {
                Standing(html, status);
                html.Raw("<div class=\"acts\">");
                PauseOrResume(html, "", null, status.Paused is not null, forms);
                html.Raw("</div>");
                Problems(html, status, forms);
                html.Raw("<section aria-label=\"Overview\"><dl class=\"tiles\">");
                Tile(
                    html,
                    "Recipes",
                    Count(status.Recipes.Count),
                    status.BrokenRecipes > 0 ? $"{status.BrokenRecipes} cannot be used"
                        : status.RecipesFrom?.Commit is { } commit ? "of commit " + RecipeCheckout.Shorten(commit)
                        : null
                );
                Tile(html, "Running", Count(status.Running.Count), null);
                Tile(html, "Waiting", Count(status.Queue.Count), null);
                Tile(html, "Failing", Count(status.Failures.Count), null, bad: status.Failures.Count > 0);
                if (status.Reproduced is { } reproduced)
                {
                    int bad = reproduced.Different + reproduced.Unbuildable;
                    Tile(html, "Reproduced", reproduced.Text, null, bad: bad > 0);
                }

                Tile(html, "Generation", Count(status.Generation), null);
                Tile(html, "Disk free", ByteSize.Format(status.Disk.Free), "of " + ByteSize.Format(status.Disk.Total));
                html.Raw("</dl></section>");
                Running(html, status, history);
                Pools(html, status);
                Failing(html, status, forms);
                Queue(html, status);
                Sync(html, status);
                Builds(html, history);
                Recipes(html, recipes);
            },
            forms
        );
    }

    /// <summary>One recipe.</summary>
    public static string Recipe(
        string farm,
        RecipeDocument? recipe,
        WhyDocument why,
        HistoryDocument history,
        ActForms forms
    )
    {
        return Page(
            farm,
            why.Recipe,
            "../",
            html =>
            {
                html.Element("h1", why.Recipe);
                if (recipe is not null)
                {
                    html.Raw("<dl class=\"facts\">");
                    Fact(html, "Packages", string.Join(", ", recipe.Packages));
                    Fact(html, "Upstream", recipe.Upstream ?? "not watched");
                    Fact(html, "Published", recipe.Published ?? "nothing yet");
                    if (recipe.Owners.Count > 0)
                    {
                        Fact(html, "Owners", string.Join(", ", recipe.Owners));
                    }

                    if (recipe.Reproduced is { } reproduced)
                    {
                        html.Raw("<div><dt>Reproduced</dt><dd>").Text($"{reproduced.Version}: {reproduced.Text} ");
                        if (reproduced.Build is { } build)
                        {
                            html.Time(reproduced.At)
                                .Raw(" ")
                                .Link("/builds/" + Count(build), $"attempt {Count(build)}");
                        }

                        html.Raw("</dd></div>");
                    }

                    html.Raw("<div><dt>History</dt><dd>")
                        .Link($"/recipes/{Uri.EscapeDataString(recipe.Name)}/charts", "charts")
                        .Raw("</dd></div>");
                    html.Raw("</dl><div class=\"acts\">");
                    if (recipe.Upstream is not null)
                    {
                        forms.Asking(html, "build", recipe.Name, recipe.Name, "Build", ActForms.TagField);
                    }

                    PauseOrResume(html, recipe.Name, recipe.Name, recipe.Paused is not null, forms);
                    html.Raw("</div>");
                }

                html.Raw("<ul class=\"notes\">");
                foreach (string note in why.Notes)
                {
                    html.Element("li", note);
                }

                html.Raw("</ul>");
                if (why.Versions.Count > 0)
                {
                    bool acts = VersionActs.Any(act => forms.May(act, why.Recipe));
                    HashSet<string> single = [.. why.Versions.Select(v => v.Version ?? "")];
                    Table(
                        html,
                        "Versions",
                        ["Version", "Tag", "State", .. acts ? (string[])["Acts"] : [], "What happens"],
                        WhyRow.Of(why.Versions),
                        v =>
                        {
                            html.Element("td", v.Version).Element("td", v.Tag);
                            State(html, v.State);
                            if (acts)
                            {
                                html.Raw("<td class=\"acts\">");
                                if (single.Contains(v.Version))
                                {
                                    OfVersion(html, why.Recipe, v.Version, v.State, forms);
                                }

                                html.Raw("</td>");
                            }

                            html.Element("td class=\"wide\"", First(v.Verdict));
                        }
                    );
                }

                Builds(html, history);
                if (history.Events.Count > 0)
                {
                    Table(
                        html,
                        "Events",
                        ["When", "Event", "Version", "By", "Detail"],
                        history.Events,
                        e =>
                        {
                            html.Raw("<td>")
                                .Time(e.At)
                                .Raw("</td>")
                                .Element("td", e.Kind)
                                .Element("td", e.Version ?? "")
                                .Element("td", e.By ?? "")
                                .Element("td class=\"wide\"", First(e.Detail));
                        }
                    );
                }
            },
            forms
        );
    }

    /// <summary>One attempt with the end of its log.</summary>
    public static string Build(string farm, AttemptDocument build, string? state, LogTail log, ActForms forms)
    {
        return Page(
            farm,
            $"{build.Recipe} {build.Version}",
            "../",
            html =>
            {
                html.Raw("<h1>")
                    .Link("../recipes/" + Uri.EscapeDataString(build.Recipe), build.Recipe)
                    .Raw(" ")
                    .Text(build.Version)
                    .Raw("</h1><dl class=\"facts\">");
                html.Raw("<div><dt>Result</dt><dd>");
                html.Raw($"<span class=\"state {Class(build.Result)}\">")
                    .Text(build.Result ?? "running")
                    .Raw("</span>");
                html.Text(build.Cause is null ? "" : $" ({build.Cause})").Raw("</dd></div>");
                Fact(html, "Attempt", Count(build.Build));
                Fact(html, "Tag", $"{build.Tag} ({build.Commit[..Math.Min(12, build.Commit.Length)]})");
                Fact(html, "Reason", build.Reason);
                if (build.Pool is { } pool)
                {
                    Fact(html, "Pool", pool);
                }

                html.Raw("<div><dt>Started</dt><dd>").Time(build.StartedAt).Raw("</dd></div>");
                if (FarmTables.Took(build) is { Length: > 0 } took)
                {
                    Fact(html, "Took", took);
                }

                html.Raw("</dl><div class=\"acts\">");
                OfVersion(html, build.Recipe, build.Version, state, forms);
                html.Raw("</div>");
                if (build.Detail.Length > 0)
                {
                    html.Element(
                        "p class=\"detail\"",
                        build.Detail.Length > 2000 ? build.Detail[..2000] + " …" : build.Detail
                    );
                }

                foreach (OutputDocument package in build.Packages)
                {
                    html.Raw("<p class=\"package\">")
                        .Element("code", package.File)
                        .Text(" " + ByteSize.Format(package.Size))
                        .Raw("</p>");
                }

                html.Raw("<div class=\"heading\"><h2>Log</h2>")
                    .Link("../logs/" + Count(build.Build), "The whole log as text")
                    .Raw("</div>");
                html.Raw(
                    "<p class=\"find\"><label for=\"find\">Show lines with</label><input id=\"find\" type=\"search\" autocomplete=\"off\">"
                        + "<span id=\"found\" role=\"status\"></span></p>"
                        + $"<pre id=\"log\" tabindex=\"0\" aria-label=\"Log\" data-log=\"../logs/{Count(build.Build)}\" "
                        + $"data-from=\"{Count(log.Start)}\" data-line=\"{Count(log.FirstLine)}\"{(build.EndedAt is null ? " data-live" : "")}>"
                );
                html.Text(log.Text).Raw("</pre>");
            },
            forms,
            refresh: false
        );
    }

    /// <summary>Charts of the latest days.</summary>
    /// <param name="farm">The farm.</param>
    /// <param name="recipe">Of this recipe; null: of the farm.</param>
    /// <param name="days">What is shown.</param>
    /// <param name="today">The last day.</param>
    /// <param name="period">How many.</param>
    /// <param name="forms">Who looks.</param>
    public static string Charts(
        string farm,
        string? recipe,
        IReadOnlyList<DayTotal> days,
        DateOnly today,
        int period,
        ActForms forms
    ) =>
        Page(
            farm,
            recipe is null ? "Charts" : $"Charts of {recipe}",
            "/",
            html =>
            {
                html.Raw("<h1>Charts");
                if (recipe is not null)
                {
                    html.Raw(" of ").Link("/recipes/" + Uri.EscapeDataString(recipe), recipe);
                }

                html.Raw("</h1>");
                ChartPage.Write(html, days, today, period);
            },
            forms,
            refresh: false
        );

    /// <summary>A page that says one thing.</summary>
    public static string Trials(string farm, IReadOnlyList<TrialDocument> trials, ActForms forms) =>
        Page(farm, "Trials", "/", html => TrialPages.WriteList(html, trials), forms);

    public static string Trial(string farm, TrialDocument trial, ActForms forms) =>
        Page(farm, $"Trial {trial.Trial}", "/", html => TrialPages.Write(html, trial), forms, trial.EndedAt is null);

    public static string Message(string farm, string title, string text)
    {
        return Page(
            farm,
            title,
            "/",
            html =>
            {
                html.Element("h1", title).Element("p", text);
            },
            forms: null,
            refresh: false
        );
    }

    private static void PauseOrResume(HtmlText html, string about, string? recipe, bool isPaused, ActForms forms)
    {
        string what = recipe is null ? "builds" : "its builds";
        if (isPaused)
        {
            forms.Button(html, "resume", about, recipe, "Resume " + what);
        }
        else
        {
            forms.Asking(html, "pause", about, recipe, "Pause " + what);
        }
    }

    // What may come of a version, by how it stands.
    private static void OfVersion(HtmlText html, string recipe, string version, string? state, ActForms forms)
    {
        string about = $"{recipe}@{version}";
        if (state is "failed" or "given-up" or "cancelled" or "rejected" or "held" or "interrupted")
        {
            forms.Button(html, "retry", about, recipe, "Retry");
        }

        if (state is "queued" or "failed" or "fetching" or "building" or "publishing" or "held")
        {
            forms.Asking(html, "cancel", about, recipe, "Cancel");
        }

        if (state is "queued" or "failed" or "given-up" or "cancelled" or "held" or "fetching" or "building")
        {
            forms.Asking(html, "reject", about, recipe, "Reject");
        }
    }

    private static void Standing(HtmlText html, StatusDocument status)
    {
        (string look, string word) = Headline(status);
        html.Raw($"<p class=\"standing\"><span class=\"state {look}\">").Text(word).Raw("</span>");
        if (status.Process is { } process)
        {
            html.Text(" started ").Time(process.StartedAt).Text(", version " + process.Version.Split(' ')[0]);
        }

        html.Raw("</p>");
    }

    private static (string Look, string Word) Headline(StatusDocument status)
    {
        int errors = Open(TroubleSeverity.Error);
        int warnings = Open(TroubleSeverity.Warning);
        string[] words =
        [
            .. errors > 0 ? (string[])[Counted.Text(errors, "problem")] : [],
            .. warnings > 0 ? (string[])[Counted.Text(warnings, "warning")] : [],
            .. status.Paused is null ? (string[])[] : ["paused"],
        ];
        return (
            errors > 0 ? "bad"
            : words.Length > 0 ? "idle"
            : "good",
            words.Length > 0 ? string.Join(", ", words) : "in order"
        );

        int Open(TroubleSeverity severity) =>
            status.Troubles.Count(t => t.Acknowledged is null && t.Severity == severity.Text());
    }

    private static void Problems(HtmlText html, StatusDocument status, ActForms forms)
    {
        if (status.Troubles.Count == 0)
        {
            return;
        }

        html.Raw("<section class=\"problems\" aria-label=\"Problems\"><ul>");
        foreach (StatusTrouble trouble in status.Troubles.Take(MostTroubles))
        {
            string look =
                trouble.Acknowledged is not null || trouble.Severity != TroubleSeverity.Error.Text() ? "idle" : "bad";
            html.Raw("<li id=\"")
                .Text("trouble-" + trouble.Key)
                .Raw($"\"><span class=\"state {look}\">")
                .Text(trouble.Acknowledged is null ? trouble.Severity : "known")
                .Raw("</span> ")
                .Text(First(trouble.Text))
                .Text(trouble.Acknowledged is { } reason ? $" ({reason})" : "")
                .Raw(" <small>since ")
                .Time(trouble.Since)
                .Raw(" · ")
                .Element("code", trouble.Remedy)
                .Raw(" · ")
                .Element("code", "peipkg-manager ack " + trouble.Key);
            if (trouble.Build is { } build)
            {
                html.Raw(" · ").Link("/builds/" + Count(build), $"attempt {Count(build)}");
            }

            html.Raw("</small> ");
            if (trouble.Acknowledged is null)
            {
                forms.Asking(
                    html,
                    "ack",
                    trouble.Key,
                    Trouble.RecipeOf(trouble.Key),
                    "Acknowledge",
                    ActForms.AcknowledgementFields
                );
            }

            html.Raw("</li>");
        }

        if (status.Troubles.Count > MostTroubles)
        {
            html.Element("li", $"and {status.Troubles.Count - MostTroubles} more; peipkg-manager status lists them");
        }

        html.Raw("</ul></section>");
    }

    private static void Running(HtmlText html, StatusDocument status, HistoryDocument history)
    {
        if (status.Running.Count == 0)
        {
            return;
        }

        Table(
            html,
            "Running",
            ["Recipe", "Version", "Since", "Log"],
            status.Running,
            b =>
            {
                Name(html, b.Recipe);
                html.Element("td", b.Reproduces ? b.Version + " (again)" : b.Version)
                    .Raw("<td>")
                    .Time(b.StartedAt)
                    .Raw("</td><td>");
                if (
                    history.Builds.FirstOrDefault(a =>
                        a.Recipe == b.Recipe && a.Version == b.Version && a.EndedAt is null
                    ) is
                    { } attempt
                )
                {
                    html.Link("builds/" + Count(attempt.Build), $"attempt {Count(attempt.Build)}");
                }

                html.Raw("</td>");
            }
        );
    }

    private static void Pools(HtmlText html, StatusDocument status)
    {
        if (status.Pools.Count == 0)
        {
            return;
        }

        Table(
            html,
            "Pools",
            ["Pool", "State", "Running", "Waiting", "Builds", "Detail"],
            status.Pools,
            pool =>
            {
                html.Element("td", pool.Name);
                State(html, pool.State);
                html.Element("td", $"{Count(pool.Running)} of {Count(pool.Slots)}")
                    .Element("td", Count(pool.Waiting))
                    .Element("td", pool.Takes)
                    .Element("td class=\"wide\"", First(pool.Reason ?? ""));
            }
        );
    }

    private static void Failing(HtmlText html, StatusDocument status, ActForms forms)
    {
        if (status.Failures.Count == 0)
        {
            return;
        }

        bool acts = status.Failures.Keys.Any(key => forms.May("retry", key.Split('@', 2)[0]));
        Table(
            html,
            "Failing",
            ["Version", "Failures", "Next try", "Log", .. acts ? (string[])["Act"] : [], "Error"],
            status.Failures.OrderBy(f => f.Key, StringComparer.Ordinal),
            f =>
            {
                string[] name = f.Key.Split('@', 2);
                html.Raw("<td>")
                    .Link("recipes/" + Uri.EscapeDataString(name[0]), name[0])
                    .Text(" " + name[1])
                    .Raw("</td>");
                html.Element("td", $"{f.Value.Failures}{(f.Value.Cause is null ? "" : $" ({f.Value.Cause})")}");
                if (f.Value.Hold is { } hold)
                {
                    html.Element("td", hold);
                }
                else
                {
                    html.Raw("<td>").Time(f.Value.NextRetry).Raw("</td>");
                }

                html.Raw("<td>");
                _ = f.Value.Build is { } build
                    ? html.Link("/builds/" + Count(build), $"attempt {Count(build)}")
                    : html.Raw("–");
                html.Raw("</td>");
                if (acts)
                {
                    html.Raw("<td>");
                    forms.Button(html, "retry", f.Key, name[0], "Retry");
                    html.Raw("</td>");
                }

                html.Element("td class=\"wide\"", First(f.Value.Error));
            }
        );
    }

    private static void Queue(HtmlText html, StatusDocument status)
    {
        if (status.Queue.Count == 0)
        {
            return;
        }

        Table(
            html,
            "Waiting",
            ["Recipe", "Version", "Reason", "Since"],
            status.Queue.Take(MostQueued),
            b =>
            {
                Name(html, b.Recipe);
                html.Element("td", b.Version)
                    .Element("td", b.Failures == 0 ? b.Reason : $"retry after {b.Failures}")
                    .Raw("<td>")
                    .Time(b.QueuedAt)
                    .Raw("</td>");
            }
        );
        if (status.Queue.Count > MostQueued)
        {
            html.Element("p", $"and {status.Queue.Count - MostQueued} more");
        }
    }

    private static void Sync(HtmlText html, StatusDocument status)
    {
        if (status.Sync.Count == 0)
        {
            return;
        }

        Table(
            html,
            "Sync",
            ["Target", "Generation", "Synced", "Trouble"],
            status.Sync,
            s =>
            {
                html.Element("td", $"{s.Target} ({s.Remote})")
                    .Element("td", $"{s.Generation} of {status.Generation}")
                    .Raw("<td>")
                    .Time(s.SyncedAt)
                    .Raw("</td>")
                    .Element("td class=\"wide\"", First(s.Failures > 0 ? s.LastError : s.CheckError));
            }
        );
    }

    private static void Recipes(HtmlText html, RecipesDocument recipes)
    {
        if (recipes.Recipes.Count + recipes.Broken.Count == 0)
        {
            html.Raw(
                    "<section class=\"empty\"><h2>No recipes yet</h2><p>Put a directory with a <code>peipkg.toml</code> below "
                )
                .Raw(
                    "<code>recipes_dir</code>, or into the repository of <code>[recipes]</code>, and reload the manager; it polls the upstream at once.</p></section>"
                );
            return;
        }

        html.Raw(
            "<div class=\"filter\"><label for=\"filter\">Filter recipes</label> <input id=\"filter\" type=\"search\" autocomplete=\"off\"></div>"
        );
        bool reproduces = recipes.Recipes.Any(r => r.Reproduced is not null);
        Table(
            html,
            "Recipes",
            [
                "Recipe",
                "Published",
                "Newest",
                "State",
                .. reproduces ? (string[])["Reproduced"] : [],
                "Answered",
                "Latest poll",
            ],
            recipes.Recipes,
            r =>
            {
                Name(html, r.Name);
                html.Element("td", r.Published ?? "–").Element("td", r.Newest ?? r.Version ?? "–");
                State(
                    html,
                    r.Paused is not null ? "paused"
                        : r.Newest is null ? r.State
                        : r.NewestState
                );
                if (reproduces)
                {
                    html.Raw("<td>").Text(r.Reproduced?.Verdict ?? "").Raw(" ").Time(r.Reproduced?.At).Raw("</td>");
                }

                html.Raw("<td>").Time(r.AnsweredAt).Raw("</td>").Element("td class=\"wide\"", First(r.Outcome));
            },
            "recipes"
        );
        if (recipes.Broken.Count > 0)
        {
            Table(
                html,
                "Recipes that cannot be used",
                ["Recipe", "Problems"],
                recipes.Broken,
                b =>
                {
                    Name(html, b.Name);
                    string more =
                        b.Problems.Count > MostProblems ? $" · and {b.Problems.Count - MostProblems} more" : "";
                    html.Element("td class=\"wide\"", string.Join(" · ", b.Problems.Take(MostProblems)) + more);
                }
            );
        }
    }

    private static void Builds(HtmlText html, HistoryDocument history)
    {
        if (history.Builds.Count == 0)
        {
            return;
        }

        Table(
            html,
            "Latest attempts",
            ["Attempt", "Recipe", "Version", "Result", "Started", "Took", "Detail"],
            history.Builds,
            b =>
            {
                html.Raw("<td>").Link("/builds/" + Count(b.Build), Count(b.Build)).Raw("</td>");
                Name(html, b.Recipe);
                html.Element("td", b.Version);
                State(html, b.Result ?? "running");
                html.Raw("<td>")
                    .Time(b.StartedAt)
                    .Raw("</td>")
                    .Element("td", FarmTables.Took(b))
                    .Element("td class=\"wide\"", First(b.Detail));
            }
        );
    }

    private static void Table<T>(
        HtmlText html,
        string title,
        string[] columns,
        IEnumerable<T> rows,
        Action<T> row,
        string? id = null
    )
    {
        string name = title.ToLowerInvariant().Replace(' ', '-');
        html.Raw(
            $"<section aria-labelledby=\"{name}\"><h2 id=\"{name}\">{title}</h2><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{name}\"><table{(id is null ? "" : $" id=\"table-{id}\"")}><thead><tr>"
        );
        foreach (string column in columns)
        {
            html.Element("th scope=\"col\"", column);
        }

        html.Raw("</tr></thead><tbody>");
        foreach (T item in rows)
        {
            html.Raw("<tr>");
            row(item);
            html.Raw("</tr>");
        }

        html.Raw("</tbody></table></div></section>");
    }

    private static void Tile(HtmlText html, string label, string value, string? more, bool bad = false)
    {
        html.Raw("<div>").Element("dt", label).Raw(bad ? "<dd class=\"bad\">" : "<dd>").Text(value);
        if (more is not null)
        {
            html.Raw(" ").Element("small", more);
        }

        html.Raw("</dd></div>");
    }

    private static void Fact(HtmlText html, string label, string value) =>
        html.Raw("<div>").Element("dt", label).Element("dd", value).Raw("</div>");

    private static void Name(HtmlText html, string recipe) =>
        html.Raw("<td>").Link("/recipes/" + Uri.EscapeDataString(recipe), recipe).Raw("</td>");

    private static void State(HtmlText html, string? state) =>
        _ = state is null
            ? html.Raw("<td>–</td>")
            : html.Raw($"<td><span class=\"state {Class(state)}\">").Text(state).Raw("</span></td>");

    private static string Class(string? state) =>
        state switch
        {
            "done" or "up" => "good",
            "failed" or "given-up" or "held" or "down" => "bad",
            "queued" or "fetching" or "building" or "publishing" or "syncing" or "running" or null => "busy",
            _ => "idle",
        };

    private static string First(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        text = end < 0 ? text : text[..end];
        return text.Length > 400 ? text[..400] + " …" : text;
    }

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Page(
        string farm,
        string title,
        string root,
        Action<HtmlText> body,
        ActForms? forms,
        bool refresh = true
    ) =>
        DashboardHtml.Made(page =>
        {
            page.Raw(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>"
            );
            page.Text($"{title} · {farm}")
                .Raw(
                    "</title><link rel=\"stylesheet\" href=\"/dashboard.css\"><link rel=\"icon\" href=\"data:,\"><script src=\"/dashboard.js\" defer></script></head>"
                );
            page.Raw("<body><a class=\"skip\" href=\"#main\">Skip to content</a><header><nav aria-label=\"Main\">");
            page.Raw("<a class=\"home\" href=\"/\">").Text(root.Length == 0 ? "Build farm" : farm).Raw("</a>");
            page.Raw("<span class=\"links\">");
            if (forms?.User is { } user)
            {
                page.Raw("<span>signed in as ").Element("b", user).Raw("</span> ");
            }

            page.Raw(
                "<a href=\"/charts\">charts</a> <a href=\"/tries\">trials</a> <a href=\"/status\">status</a> <a href=\"/metrics\">metrics</a></span></nav></header>"
            );
            page.Raw($"<main id=\"main\"{(refresh ? " data-refresh" : "")}>");
            if (root.Length == 0)
            {
                page.Element("h1", farm);
            }

            if (forms?.Notice is { } notice)
            {
                page.Element($"p class=\"notice {(notice.IsGood ? "good" : "bad")}\" role=\"status\"", notice.Text);
            }

            body(page);
            forms?.Shared(page);
            page.Raw("</main></body></html>\n");
        });
}
