using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Peipkg.Format.Attestations;
using Peipkg.Manager.Operating;
using Peipkg.Manager.Publishing;
using Peipkg.Manager.Recipes;
using Peipkg.Manager.Storage;
using Peipkg.Manager.Syncing;

namespace Peipkg.Manager.Http;

/// <summary>
/// <c>GET /metrics</c> in the OpenMetrics text format, or in Prometheus's older one for whoever does not ask for it. What is counted comes from the database, so a restart resets no
/// counter but those since the start of the process.
/// </summary>
internal sealed class MetricsReport(FarmStores stores, Func<RecipeRoster> roster, LiveFarm live)
{
    private const string OpenType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string PlainType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Answers the request.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        bool open = IsOpen(context.Request.Headers.Accept);
        string text = Collect(open);
        context.Response.ContentType = open ? OpenType : PlainType;
        context.Response.Headers.Vary = "Accept";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    // Without a word about it, the format that says more.
    private static bool IsOpen(StringValues accept) =>
        accept.Count == 0
        || accept.Any(value =>
            value?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true
        );

    internal string Collect(bool open)
    {
        OpenMetricsWriter writer = new(open);
        RecipeRoster recipes = roster();
        DateTimeOffset now = stores.Clock.GetUtcNow();
        writer.Gauge("peipkg_up_since_seconds", "When the manager started, as a Unix time.", Seconds(live.StartedAt));
        Troubles(writer, recipes);
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
        Reproduced(writer);
        Pools(writer, PoolQuery.All(stores, recipes, live));
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

        writer.Begin(
            "peipkg_build_duration_seconds",
            "histogram",
            "How long attempts took that were built or failed.",
            "seconds"
        );
        DurationCount all = new(null, 0, 0);
        foreach (DurationCount bucket in stores.Attempts.Durations())
        {
            writer.Sample(
                "peipkg_build_duration_seconds_bucket",
                bucket.Count,
                ("le", bucket.Most is { } most ? OpenMetricsWriter.Number(most) : "+Inf")
            );
            all = bucket;
        }

        writer.Sample("peipkg_build_duration_seconds_count", all.Count);
        writer.Sample("peipkg_build_duration_seconds_sum", all.Sum);
    }

    private void Reproduced(OpenMetricsWriter writer)
    {
        if (ReproductionQuery.Count(stores) is not { } count)
        {
            return;
        }

        int judged = count.Identical + count.Different + count.Unbuildable;
        writer.Begin(
            "peipkg_reproduced_versions",
            "gauge",
            "Versions that are published and offered, by what came of building them again."
        );
        foreach (
            (string verdict, int number) in ((string, int)[])
                [
                    (RebuildVerdict.Text(RebuildOutcome.Identical), count.Identical),
                    (RebuildVerdict.Text(RebuildOutcome.Different), count.Different),
                    (RebuildVerdict.Text(RebuildOutcome.Unbuildable), count.Unbuildable),
                    ("none", count.Published - judged),
                ]
        )
        {
            writer.Sample("peipkg_reproduced_versions", number, ("verdict", verdict));
        }
    }

    private static void Pools(OpenMetricsWriter writer, IReadOnlyList<PoolDocument> pools)
    {
        if (pools.Count == 0)
        {
            return;
        }

        Each("peipkg_pool_up", "1 while a pool takes builds.", pool => pool.State == "up" ? 1 : 0);
        Each("peipkg_pool_slots", "Builds that a pool runs at once.", pool => pool.Slots);
        Each("peipkg_pool_running", "Builds that run in a pool.", pool => pool.Running);
        Each("peipkg_pool_waiting", "Builds that are due and could run in a pool.", pool => pool.Waiting);

        void Each(string name, string help, Func<PoolDocument, double> value)
        {
            writer.Begin(name, "gauge", help);
            foreach (PoolDocument pool in pools)
            {
                writer.Sample(name, value(pool), ("pool", pool.Name));
            }
        }
    }

    private void Troubles(OpenMetricsWriter writer, RecipeRoster recipes)
    {
        IReadOnlyList<Trouble> troubles = TroubleList.Collect(stores, recipes, live);
        writer.Gauge(
            "peipkg_ready",
            "1 when nothing is wrong with the farm (see /readyz).",
            Readiness.Problems(troubles).Count == 0 ? 1 : 0
        );
        writer.Begin("peipkg_troubles", "gauge", "What is not as it should be, and whether an operator knows of it.");
        foreach (TroubleSeverity severity in Enum.GetValues<TroubleSeverity>())
        {
            string word = severity.Text();
            int open = Readiness.Count(troubles, severity);
            int known = troubles.Count(t => t.Severity == severity) - open;
            writer.Sample("peipkg_troubles", open, ("severity", word), ("acknowledged", "false"));
            writer.Sample("peipkg_troubles", known, ("severity", word), ("acknowledged", "true"));
        }
    }

    private void Polls(OpenMetricsWriter writer, RecipeRoster recipes, DateTimeOffset now)
    {
        HashSet<string> watched = [.. recipes.Watched.Select(r => r.Name)];
        List<RecipeRecord> polls = [.. stores.Recipes.All().Where(r => watched.Contains(r.Name))];
        Dictionary<string, DateTimeOffset?> answered = polls.ToDictionary(
            p => p.Name,
            p => p.AnsweredAt,
            StringComparer.Ordinal
        );
        writer.Begin(
            "peipkg_poll_age_seconds",
            "gauge",
            "Time since each upstream last answered; since the start where it never did.",
            "seconds"
        );
        foreach (string recipe in watched.Order(StringComparer.Ordinal))
        {
            writer.Sample(
                "peipkg_poll_age_seconds",
                Age(now, answered.GetValueOrDefault(recipe) ?? live.StartedAt),
                ("recipe", recipe)
            );
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

        writer.Begin(
            "peipkg_sync_age_seconds",
            "gauge",
            "Time since the last whole sync; since the start where there was none.",
            "seconds"
        );
        foreach ((SyncTarget target, SyncTargetRecord known) in targets)
        {
            writer.Sample(
                "peipkg_sync_age_seconds",
                Age(now, known.SyncedAt ?? live.StartedAt),
                ("target", target.Config.Name)
            );
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

/// <summary>
/// Writes OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/), or the format before it, which knows
/// no units and calls a counter's family by the name of its samples.
/// </summary>
/// <param name="open">Whether it is OpenMetrics.</param>
internal sealed class OpenMetricsWriter(bool open)
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a family; its samples follow.</summary>
    public void Begin(string name, string type, string help, string? unit = null)
    {
        name = open || type != "counter" ? name : name + "_total";
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        if (open && unit is not null)
        {
            _text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }

        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
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
    public string End() => _text.Append(open ? "# EOF\n" : "").ToString();

    public static string Number(double value) => value.ToString("0.0##", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
}
