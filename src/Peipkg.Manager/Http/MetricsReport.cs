using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /metrics</c> in the OpenMetrics text format. What is counted comes from the database, so a restart resets no
/// counter but those since the start of the process.
/// </summary>
internal sealed class MetricsReport(FarmStores stores, Func<RecipeRoster> roster, LiveFarm live)
{
    private const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static readonly double[] Buckets = [10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200];

    /// <summary>Answers the request.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        string text = Collect();
        context.Response.ContentType = ContentType;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    internal string Collect()
    {
        OpenMetricsWriter writer = new();
        RecipeRoster recipes = roster();
        DateTimeOffset now = stores.Clock.GetUtcNow();
        writer.Gauge("peipkg_up_since_seconds", "When the manager started, as a Unix time.", Seconds(live.StartedAt));
        writer.Gauge(
            "peipkg_ready",
            "1 when nothing is wrong with the farm (see /readyz).",
            Readiness.Problems(stores, recipes, live).Count == 0 ? 1 : 0
        );
        writer.Gauge("peipkg_recipes", "Recipes that can be used.", recipes.Recipes.Count);
        writer.Gauge("peipkg_recipes_broken", "Recipes that cannot be used.", recipes.Broken);
        writer.Gauge("peipkg_builds_running", "Builds under way.", live.Counters.Running.Count);
        writer.Begin("peipkg_versions", "gauge", "Builds by their state.");
        IReadOnlyDictionary<string, long> states = stores.Builds.CountByState();
        foreach (BuildState state in Enum.GetValues<BuildState>())
        {
            writer.Sample("peipkg_versions", states.GetValueOrDefault(state.Text()), ("state", state.Text()));
        }

        writer.Gauge(
            "peipkg_builds_queued",
            "Versions that wait to be built.",
            states.GetValueOrDefault(BuildState.Queued.Text())
        );
        writer.Gauge(
            "peipkg_versions_failing",
            "Versions that failed and were not finished since.",
            stores.Builds.Failing().Count
        );
        writer.Gauge("peipkg_paused", "1 while all builds are paused.", stores.Settings.PauseReason() is null ? 0 : 1);
        Builds(writer);
        Polls(writer, recipes, now);
        Syncs(writer, now);
        Disk(writer);
        return writer.End();
    }

    private void Builds(OpenMetricsWriter writer)
    {
        writer.Begin("peipkg_builds", "counter", "Attempts that ended, by result and, for failures, cause.");
        foreach (AttemptCount count in stores.Attempts.CountByResult())
        {
            writer.Sample("peipkg_builds_total", count.Count, ("result", count.Result), ("cause", count.Cause));
        }

        IReadOnlyList<double> durations = stores.Attempts.Durations();
        writer.Begin(
            "peipkg_build_duration_seconds",
            "histogram",
            "How long attempts took that were built or failed.",
            "seconds"
        );
        foreach (double bucket in Buckets)
        {
            writer.Sample(
                "peipkg_build_duration_seconds_bucket",
                durations.Count(d => d <= bucket),
                ("le", OpenMetricsWriter.Number(bucket))
            );
        }

        writer.Sample("peipkg_build_duration_seconds_bucket", durations.Count, ("le", "+Inf"));
        writer.Sample("peipkg_build_duration_seconds_count", durations.Count);
        writer.Sample("peipkg_build_duration_seconds_sum", durations.Sum());
    }

    private void Polls(OpenMetricsWriter writer, RecipeRoster recipes, DateTimeOffset now)
    {
        HashSet<string> watched = [.. recipes.Watched.Select(r => r.Name)];
        List<RecipeRecord> polls = [.. stores.Recipes.All().Where(r => watched.Contains(r.Name))];
        writer.Begin("peipkg_poll_age_seconds", "gauge", "Time since each upstream last answered.", "seconds");
        foreach (RecipeRecord poll in polls)
        {
            if (poll.AnsweredAt is { } answered)
            {
                writer.Sample("peipkg_poll_age_seconds", Age(now, answered), ("recipe", poll.Name));
            }
        }

        writer.Gauge("peipkg_polls_failing", "Upstreams whose latest poll failed.", polls.Count(p => p.Failures > 0));
    }

    private void Syncs(OpenMetricsWriter writer, DateTimeOffset now)
    {
        PublishedPackages published = stores.Repository.Published();
        long generation = (long)published.Generation;
        writer.Gauge("peipkg_repository_generation", "The index_version of the local repository.", generation);
        List<(SyncTarget Target, SyncTargetRecord Known)> targets =
        [
            .. stores.Targets.Select(t => (t, stores.Syncs.Get(t.Key))),
        ];
        writer.Begin("peipkg_sync_lag_generations", "gauge", "Generations that a target is behind.");
        foreach ((SyncTarget target, SyncTargetRecord known) in targets)
        {
            writer.Sample(
                "peipkg_sync_lag_generations",
                Math.Max(0, generation - known.Generation),
                ("target", target.Config.Name)
            );
        }

        writer.Begin(
            "peipkg_sync_lag_seconds",
            "gauge",
            "How long the latest generation has been waiting to reach a target; 0 when it is there.",
            "seconds"
        );
        foreach ((SyncTarget target, SyncTargetRecord known) in targets)
        {
            double lag =
                known.Generation >= generation
                    ? 0
                    : Age(now, DateTimeOffset.FromUnixTimeSeconds(published.GeneratedAt.UnixSeconds));
            writer.Sample("peipkg_sync_lag_seconds", lag, ("target", target.Config.Name));
        }

        writer.Begin("peipkg_sync_age_seconds", "gauge", "Time since the last whole sync.", "seconds");
        foreach ((SyncTarget target, SyncTargetRecord known) in targets.Where(t => t.Known.SyncedAt is not null))
        {
            writer.Sample("peipkg_sync_age_seconds", Age(now, known.SyncedAt!.Value), ("target", target.Config.Name));
        }

        writer.Begin("peipkg_sync_failures", "gauge", "Failed syncs since the last whole one.");
        foreach ((SyncTarget target, SyncTargetRecord known) in targets)
        {
            writer.Sample("peipkg_sync_failures", known.Failures, ("target", target.Config.Name));
        }

        writer.Begin("peipkg_sync_differs", "gauge", "1 while the public URL does not serve what was synced.");
        foreach ((SyncTarget target, SyncTargetRecord known) in targets)
        {
            writer.Sample("peipkg_sync_differs", known.CheckError.Length > 0 ? 1 : 0, ("target", target.Config.Name));
        }
    }

    private void Disk(OpenMetricsWriter writer)
    {
        DriveInfo drive = new(stores.Layout.Root);
        writer.Gauge(
            "peipkg_disk_free_bytes",
            "Free on the disk of the state directory.",
            drive.AvailableFreeSpace,
            "bytes"
        );
        writer.Gauge("peipkg_disk_size_bytes", "Size of the disk of the state directory.", drive.TotalSize, "bytes");
        writer.Gauge(
            "peipkg_repository_size_bytes",
            "Packages that the archive index names.",
            stores.Repository.Published().Size,
            "bytes"
        );
        writer.Gauge(
            "peipkg_repository_packages",
            "Packages that the archive index names, all versions.",
            stores.Repository.Published().Count
        );
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static double Age(DateTimeOffset now, DateTimeOffset then) => Math.Max(0, (now - then).TotalSeconds);
}

/// <summary>Writes OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/).</summary>
internal sealed class OpenMetricsWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a family; its samples follow.</summary>
    public void Begin(string name, string type, string help, string? unit = null)
    {
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        if (unit is not null)
        {
            _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }

        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
    }

    /// <summary>A family of one sample without labels.</summary>
    public void Gauge(string name, string help, double value, string? unit = null)
    {
        Begin(name, "gauge", help, unit);
        Sample(name, value);
    }

    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            char before = '{';
            foreach ((string label, string text) in labels)
            {
                _text.Append(before).Append(label).Append("=\"").Append(Escape(text)).Append('"');
                before = ',';
            }

            _text.Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>The whole text.</summary>
    public string End() => _text.Append("# EOF\n").ToString();

    public static string Number(double value) => value.ToString("0.0##", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
}
