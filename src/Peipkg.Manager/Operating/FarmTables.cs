using System.Globalization;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Trials;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>Shows documents to people: whole where a program may read along, fitted to the width and with times in words on a terminal.</summary>
/// <param name="output">Where to.</param>
/// <param name="columns">The terminal's width; null when it is none.</param>
/// <param name="now">The time.</param>
internal sealed class FarmTables(TextWriter output, int? columns, DateTimeOffset now)
{
    // A first contact may queue thousands; --json has them all.
    private const int MostQueued = 20;

    public void Write(StatusDocument status)
    {
        Fact(
            "farm",
            status.Process is { } running
                ? $"{status.FarmId}, running since {When(running.StartedAt)} (pid {running.Pid}, version {running.Version})"
                : $"{status.FarmId}, not running"
        );
        Fact(
            "recipes",
            $"{status.Recipes.Count}{(status.BrokenRecipes > 0 ? $", and {status.BrokenRecipes} that cannot be used" : "")}"
        );
        if (status.RecipesFrom is { } from)
        {
            Fact(
                "from",
                from.Commit is { } commit
                    ? $"{from.Git} at {RecipeCheckout.Shorten(commit)}, taken over {When(from.TakenAt)}"
                    : $"{from.Git}, of which nothing has been taken over yet"
            );
        }

        Fact("repository", $"generation {status.Generation}");
        Fact(
            "builds",
            status.Builds.Count == 0
                ? "none yet"
                : string.Join(
                    ", ",
                    status.Builds.OrderBy(b => b.Key, StringComparer.Ordinal).Select(b => $"{b.Value} {b.Key}")
                )
        );
        if (status.Reproduced is { } reproduced)
        {
            Fact("reproduced", $"{reproduced.Text}; the latest {When(reproduced.Latest)}");
        }

        Fact("disk", $"{ByteSize.Format(status.Disk.Free)} of {ByteSize.Format(status.Disk.Total)} free");
        if (status.Paused is { } pause)
        {
            Fact("paused", pause);
        }

        Troubles(status.Troubles);

        bool pools = status.Pools.Count > 0;
        Table(
            "Running",
            ["RECIPE", "VERSION", "SINCE", .. pools ? (string[])["POOL"] : []],
            status.Running.Select(b =>
                (string[])
                    [
                        b.Recipe,
                        b.Reproduces ? b.Version + " (again)" : b.Version,
                        When(b.StartedAt),
                        .. pools ? (string[])[b.Pool ?? ""] : [],
                    ]
            )
        );
        Pools("Pools", status.Pools);
        Table(
            "Queue",
            ["RECIPE", "VERSION", "REASON", "SINCE"],
            status
                .Queue.Take(MostQueued)
                .Select(b =>
                    new[]
                    {
                        b.Recipe,
                        b.Version,
                        b.Failures == 0 ? b.Reason : $"retry after {b.Failures}",
                        When(b.QueuedAt),
                    }
                )
        );
        if (status.Queue.Count > MostQueued)
        {
            output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"and {status.Queue.Count - MostQueued} more")
            );
        }

        Table(
            "Failing",
            ["VERSION", "FAILURES", "CAUSE", "NEXT", "ERROR"],
            status
                .Failures.OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f =>
                    new[]
                    {
                        f.Key,
                        f.Value.Failures.ToString(CultureInfo.InvariantCulture),
                        f.Value.Cause ?? "",
                        f.Value.Hold ?? (f.Value.NextRetry is { } next ? When(next) : "now"),
                        Line(f.Value.Error),
                    }
                )
        );
        Table(
            "Sync",
            ["TARGET", "GENERATION", "SYNCED", "REMOTE", "TROUBLE"],
            status.Sync.Select(s =>
                new[]
                {
                    s.Target,
                    s.Generation.ToString(CultureInfo.InvariantCulture),
                    When(s.SyncedAt),
                    s.Remote,
                    Line(s.Failures > 0 ? s.LastError : s.CheckError),
                }
            )
        );
    }

    public void Write(PoolsDocument document)
    {
        Pools(null, document.Pools);
        if (document.Pools.Count == 0)
        {
            output.WriteLine("This farm has no pools: its configuration has no [[pool]].");
        }
    }

    public void Write(RecipesDocument recipes)
    {
        bool reproduces = recipes.Recipes.Any(r => r.Reproduced is not null);
        Table(
            null,
            [
                "RECIPE",
                "PUBLISHED",
                "NEWEST",
                "STATE",
                "POLLED",
                .. reproduces ? (string[])["REPRODUCED"] : [],
                "OUTCOME",
            ],
            recipes.Recipes.Select(r =>
                (string[])
                    [
                        r.Name,
                        r.Published ?? "-",
                        r.Newest ?? r.Version ?? "-",
                        ((r.Newest is null ? r.State : r.NewestState) ?? "-") + (r.Paused is null ? "" : " (paused)"),
                        When(r.PolledAt),
                        .. reproduces ? (string[])[Reproduced(r.Reproduced)] : [],
                        Line(r.Outcome),
                    ]
            )
        );
        Table(
            "Cannot be used",
            ["RECIPE", "PROBLEM"],
            recipes.Broken.SelectMany(b => b.Problems.Select(problem => new[] { b.Name, Line(problem) }))
        );
        if (recipes.Recipes.Count + recipes.Broken.Count == 0)
        {
            output.WriteLine("There are no recipes.");
        }
    }

    public void Write(HistoryDocument history)
    {
        string[] pools = history.Builds.Any(b => b.Pool is not null) ? ["POOL"] : [];
        Table(
            null,
            ["ATTEMPT", "RECIPE", "VERSION", "REASON", "STARTED", "TOOK", .. pools, "RESULT", "DETAIL"],
            history.Builds.Select(b =>
                (string[])
                    [
                        b.Build.ToString(CultureInfo.InvariantCulture),
                        b.Recipe,
                        b.Version,
                        b.Reason,
                        When(b.StartedAt),
                        Took(b),
                        .. pools.Length > 0 ? (string[])[b.Pool ?? ""] : [],
                        b.Result is null ? "running"
                        : b.Cause is null ? b.Result
                        : $"{b.Result} ({b.Cause})",
                        Line(b.Detail),
                    ]
            )
        );
        string[] by = history.Events.Any(e => e.By is not null) ? ["BY"] : [];
        Table(
            "Events",
            ["TIME", "EVENT", "RECIPE", "VERSION", .. by, "DETAIL"],
            history.Events.Select(e =>
                (string[])
                    [
                        When(e.At),
                        e.Kind,
                        e.Recipe ?? "",
                        e.Version ?? "",
                        .. by.Length > 0 ? (string[])[e.By ?? ""] : [],
                        Line(e.Detail),
                    ]
            )
        );
        if (history.Builds.Count + history.Events.Count == 0)
        {
            output.WriteLine("Nothing has happened yet.");
        }
    }

    public void Write(WhyDocument why)
    {
        output.WriteLine(TerminalText.Escape(why.Recipe));
        foreach (string note in why.Notes)
        {
            WrappedText.WriteLine(output, "  ", note, columns);
        }

        Table(
            "Versions",
            ["VERSION", "TAG", "STATE", "WHY"],
            WhyRow.Of(why.Versions).Select(row => new[] { row.Version, row.Tag, row.State ?? "-", Line(row.Verdict) })
        );
    }

    public void Write(TrialsDocument document)
    {
        Table(
            null,
            ["TRIAL", "WHAT", "STATE", "BEGUN", "DETAIL"],
            document.Trials.Select(trial =>
                new[]
                {
                    trial.Trial.ToString(CultureInfo.InvariantCulture),
                    trial.Name(),
                    trial.State,
                    When(trial.CreatedAt),
                    Line(trial.Detail),
                }
            )
        );
        if (document.Trials.Count == 0)
        {
            output.WriteLine("No recipes have been tried.");
        }
    }

    public void Write(TrialDocument trial)
    {
        Fact("trial", $"{trial.Trial}, {trial.Name()}{(trial.Author is { } author ? $", by {author}" : "")}");
        Fact("result", trial.State + (trial.Detail.Length > 0 ? ": " + trial.Detail : ""));
        Fact("log", trial.Log);
        if (trial.Repository is { } repository)
        {
            Fact("repository", repository);
        }

        Table(
            "Recipes",
            ["RECIPE", "CHANGE", "VERSION", "RESULT", "DETAIL", "LOG"],
            trial.Recipes.Select(r =>
                new[] { r.Recipe, r.Change, r.Version ?? "-", r.Result, Line(r.Detail), r.Log ?? "" }
            )
        );
        foreach (TrialPackage package in trial.Recipes.SelectMany(recipe => recipe.Packages))
        {
            output.WriteLine();
            output.WriteLine(
                TerminalText.Escape(
                    package.Published is null ? $"{package.File}: no version is published"
                    : package.Diff.Length == 0 ? $"{package.File}: nothing differs from {package.Published}"
                    : $"{package.File}, compared with {package.Published}:"
                )
            );
            foreach (string line in package.Diff.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                output.WriteLine("  " + TerminalText.Escape(line));
            }
        }
    }

    public void Write(ActionDocument action) => output.WriteLine(TerminalText.Escape(action.Message));

    /// <summary>How long a build took until it was built or ended.</summary>
    public static string Took(AttemptDocument build) =>
        (build.BuiltAt ?? build.EndedAt) is { } end
            ? GoDuration.Format(
                DateTimeOffset.Parse(end, CultureInfo.InvariantCulture)
                    - DateTimeOffset.Parse(build.StartedAt, CultureInfo.InvariantCulture)
            )
            : "";

    private void Pools(string? heading, IReadOnlyList<PoolDocument> pools) =>
        Table(
            heading,
            ["POOL", "STATE", "SLOTS", "RUNNING", "WAITING", "BUILDS", "DETAIL"],
            pools.Select(pool =>
                new[]
                {
                    pool.Name,
                    pool.State,
                    pool.Slots.ToString(CultureInfo.InvariantCulture),
                    pool.Running.ToString(CultureInfo.InvariantCulture),
                    pool.Waiting.ToString(CultureInfo.InvariantCulture),
                    pool.Takes,
                    Line(pool.Reason ?? "") + (pool.NextTry is { } next ? $" (tried again {When(next)})" : ""),
                }
            )
        );

    private void Troubles(IReadOnlyList<StatusTrouble> troubles)
    {
        foreach (StatusTrouble trouble in troubles.Where(t => t.Acknowledged is null))
        {
            Fact(
                trouble.Severity == TroubleSeverity.Error.Text() ? "problem" : "warning",
                $"{Line(trouble.Text)} (since {When(trouble.Since)}; {trouble.Key})"
            );
            Fact("", "→ " + trouble.Remedy);
        }

        foreach (StatusTrouble trouble in troubles.Where(t => t.Acknowledged is not null))
        {
            string end = trouble.AcknowledgedUntil is { } until ? $", until {When(until)}" : "";
            Fact("known", $"{Line(trouble.Text)} ({trouble.Key}: {trouble.Acknowledged}{end})");
        }
    }

    private string Reproduced(RecipeReproduced? reproduced) =>
        reproduced is null ? "-"
        : reproduced.At is { } at ? $"{reproduced.Verdict} {When(at)}"
        : "not yet";

    private string When(string? time) =>
        time is null ? "never"
        : columns is null ? time
        : ManagerTime.InWords(time, now);

    private void Fact(string name, string text) => WrappedText.WriteLine(output, name.PadRight(12), text, columns);

    private void Table(string? heading, string[] titles, IEnumerable<string[]> rows)
    {
        TextTable table = new(titles);
        foreach (string[] row in rows)
        {
            table.Add(row);
        }

        if (heading is not null && !table.IsEmpty)
        {
            output.WriteLine();
            output.WriteLine(heading + ":");
        }

        table.Write(output, columns);
    }

    // The first line says what it is; the log has the rest.
    private static string Line(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end] + " …";
    }
}
