using System.Globalization;
using Peipkg.CommandLine;
using Peipkg.Manager.Http;
using Peipkg.Recipes;

namespace Peipkg.Manager.Operating;

/// <summary>Shows documents to people.</summary>
internal static class FarmTables
{
    public static void Write(TextWriter output, StatusDocument status)
    {
        string process = status.Process is { } running
            ? $"running since {running.StartedAt} (pid {running.Pid}, version {running.Version})"
            : "not running";
        output.WriteLine(Safe($"farm        {status.FarmId}, {process}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"recipes     {status.Recipes.Count}{(status.BrokenRecipes > 0 ? $", and {status.BrokenRecipes} that cannot be used" : "")}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"repository  generation {status.Generation}"));
        output.WriteLine(Safe($"builds      {(status.Builds.Count == 0 ? "none yet" : string.Join(", ", status.Builds.OrderBy(b => b.Key, StringComparer.Ordinal).Select(b => $"{b.Value} {b.Key}")))}"));
        output.WriteLine($"disk        {ByteSize.Format(status.Disk.Free)} of {ByteSize.Format(status.Disk.Total)} free");
        if (status.Paused is { } pause)
        {
            output.WriteLine(Safe($"paused      {pause}"));
        }

        foreach (string problem in status.Problems)
        {
            output.WriteLine(Safe($"problem     {problem}"));
        }

        Table(output, "Running", ["RECIPE", "VERSION", "SINCE"], status.Running.Select(b => new[] { b.Recipe, b.Version, b.StartedAt }));
        Table(output, "Queue", ["RECIPE", "VERSION", "REASON", "SINCE"], status.Queue.Select(b => new[] { b.Recipe, b.Version, b.Reason, b.QueuedAt }));
        Table(
            output, "Failing", ["BUILD", "FAILURES", "CAUSE", "NEXT", "ERROR"],
            status.Failures.Select(f => new[]
            {
                f.Key, f.Value.Failures.ToString(CultureInfo.InvariantCulture), f.Value.Cause ?? "", f.Value.Hold ?? f.Value.NextRetry ?? "now", Line(f.Value.Error),
            }));
        Table(
            output, "Sync", ["TARGET", "GENERATION", "SYNCED", "REMOTE", "TROUBLE"],
            status.Sync.Select(s => new[]
            {
                s.Target, s.Generation.ToString(CultureInfo.InvariantCulture), s.SyncedAt ?? "never", s.Remote,
                Line(s.Failures > 0 ? s.LastError : s.CheckError),
            }));
    }

    public static void Write(TextWriter output, RecipesDocument recipes)
    {
        Table(
            output, null, ["RECIPE", "PUBLISHED", "LATEST", "STATE", "POLLED", "OUTCOME"],
            recipes.Recipes.Select(r => new[]
            {
                r.Name, r.Published ?? "-", r.Version ?? "-", (r.State ?? "-") + (r.Paused is null ? "" : " (paused)"), r.PolledAt ?? "never", Line(r.Outcome),
            }));
        Table(
            output, "Cannot be used", ["RECIPE", "PROBLEM"],
            recipes.Broken.SelectMany(b => b.Problems.Select(problem => new[] { b.Name, Line(problem) })));
        if (recipes.Recipes.Count + recipes.Broken.Count == 0)
        {
            output.WriteLine("There are no recipes.");
        }
    }

    public static void Write(TextWriter output, HistoryDocument history)
    {
        Table(
            output, null, ["BUILD", "RECIPE", "VERSION", "REASON", "STARTED", "TOOK", "RESULT", "DETAIL"],
            history.Builds.Select(b => new[]
            {
                b.Build.ToString(CultureInfo.InvariantCulture), b.Recipe, b.Version, b.Reason, b.StartedAt, Took(b),
                b.Result is null ? "running" : b.Cause is null ? b.Result : $"{b.Result} ({b.Cause})", Line(b.Detail),
            }));
        Table(
            output, "Events", ["TIME", "EVENT", "RECIPE", "VERSION", "DETAIL"],
            history.Events.Select(e => new[] { e.At, e.Kind, e.Recipe ?? "", e.Version ?? "", Line(e.Detail) }));
        if (history.Builds.Count + history.Events.Count == 0)
        {
            output.WriteLine("Nothing has happened yet.");
        }
    }

    public static void Write(TextWriter output, WhyDocument why)
    {
        output.WriteLine(Safe(why.Recipe));
        foreach (string note in why.Notes)
        {
            output.WriteLine(Safe("  " + note));
        }

        Table(
            output, "Versions", ["VERSION", "TAG", "STATE", "WHY"],
            why.Versions.Select(v => new[] { v.Version ?? "-", v.Tag ?? "-", v.State ?? "-", Line(v.Verdict) }));
    }

    public static void Write(TextWriter output, ActionDocument action)
    {
        output.WriteLine(Safe(action.Message));
    }

    /// <summary>How long a build took until it was built or ended.</summary>
    public static string Took(AttemptDocument build) =>
        (build.BuiltAt ?? build.EndedAt) is { } end
            ? GoDuration.Format(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture) - DateTimeOffset.Parse(build.StartedAt, CultureInfo.InvariantCulture))
            : "";

    /// <summary>Columns under a heading; nothing at all without rows.</summary>
    private static void Table(TextWriter output, string? heading, string[] titles, IEnumerable<string[]> rows)
    {
        List<string[]> all = [titles, .. rows.Select(row => row.Select(Safe).ToArray())];
        if (all.Count == 1)
        {
            return;
        }

        if (heading is not null)
        {
            output.WriteLine();
            output.WriteLine(heading + ":");
        }

        int[] widths = [.. titles.Select((_, column) => all.Max(row => row[column].Length))];
        foreach (string[] row in all)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    // The first line says what it is; the log has the rest.
    private static string Line(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? text : text[..end] + " …";
    }

    private static string Safe(string text) => TerminalText.Escape(text);
}
