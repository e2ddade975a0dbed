namespace Peipkg.Manager.Building;

/// <summary>What <c>/status</c> counts since the process started, and what is running.</summary>
internal sealed class FarmCounters(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly List<RunningBuild> _running = [];
    private long _attempted;
    private long _succeeded;

    /// <summary>Builds begun since the process started.</summary>
    public long Attempted => Interlocked.Read(ref _attempted);

    /// <summary>Builds that came all the way through publish.</summary>
    public long Succeeded => Interlocked.Read(ref _succeeded);

    /// <summary>The running builds, the longest-running first.</summary>
    public IReadOnlyList<RunningBuild> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _running];
            }
        }
    }

    /// <summary>Counts a build; dispose the result when it ends.</summary>
    public IDisposable Begin(string recipe, string version, string? pool = null)
    {
        Interlocked.Increment(ref _attempted);
        return Show(new RunningBuild(recipe, version, clock.GetUtcNow()) { Pool = pool });
    }

    /// <summary>Shows a build that reproduces what is published; it counts as none. Dispose the result when it ends.</summary>
    public IDisposable Reproduce(string recipe, string version, string? pool) =>
        Show(new RunningBuild(recipe, version, clock.GetUtcNow()) { Pool = pool, Reproduces = true });

    public void CountSuccesses(int builds) => Interlocked.Add(ref _succeeded, builds);

    private Ending Show(RunningBuild build)
    {
        lock (_gate)
        {
            _running.Add(build);
        }

        return new Ending(this, build);
    }

    private sealed class Ending(FarmCounters counters, RunningBuild build) : IDisposable
    {
        public void Dispose()
        {
            lock (counters._gate)
            {
                counters._running.RemoveAll(b => ReferenceEquals(b, build));
            }
        }
    }
}

/// <summary>A build under way.</summary>
internal sealed record RunningBuild(string Recipe, string Version, DateTimeOffset StartedAt)
{
    /// <summary>Where it runs; null where the farm has no pools.</summary>
    public string? Pool { get; init; }

    /// <summary>Whether what is published is built again, to be compared.</summary>
    public bool Reproduces { get; init; }
}
