using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Hosting;

/// <summary>
/// Tells systemd how the daemon is (sd_notify(3)): ready, reloading, stopping, and, while it can do its work, alive.
/// Elsewhere all of it does nothing.
/// </summary>
/// <param name="environment">Says what systemd wants to know.</param>
/// <param name="processId">Of this process: the watchdog may be another's.</param>
/// <param name="clock">Measures the watchdog's time.</param>
internal sealed class ServiceManager(IReadOnlyDictionary<string, string> environment, int processId, TimeProvider clock)
{
    private readonly SystemdNotifier _notifier = new();

    /// <summary>How often the watchdog wants to hear of us; null when there is none.</summary>
    public TimeSpan? Watchdog { get; } =
        long.TryParse(
            environment.GetValueOrDefault("WATCHDOG_USEC"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long time
        )
        && time > 0
        && (
            !environment.TryGetValue("WATCHDOG_PID", out string? pid)
            || pid == processId.ToString(CultureInfo.InvariantCulture)
        )
            ? TimeSpan.FromMicroseconds(time)
            : null;

    public void Ready(string status) => Notify($"READY=1\nSTATUS={status}");

    public void Reloading() =>
        Notify(
            string.Create(
                CultureInfo.InvariantCulture,
                $"RELOADING=1\nMONOTONIC_USEC={clock.GetTimestamp() / (clock.TimestampFrequency / 1_000_000)}"
            )
        );

    public void Stopping(string status) => Notify($"STOPPING=1\nSTATUS={status}");

    /// <summary>Reports twice in each of the watchdog's intervals that the daemon is alive, as long as it is.</summary>
    /// <param name="alive">Does a piece of work that needs what the daemon needs; what hangs or fails is not alive.</param>
    /// <param name="stop">Cancelled: the daemon has ended.</param>
    public async Task WatchAsync(Func<bool> alive, CancellationToken stop)
    {
        if (Watchdog is not { } interval)
        {
            return;
        }

        try
        {
            while (true)
            {
                if (await IsAliveAsync(alive, stop))
                {
                    Notify("WATCHDOG=1");
                }

                await Task.Delay(interval / 2, clock, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The daemon has ended.
        }
    }

    // What fails is not alive; nothing thrown here may end the daemon, or keep it from ending.
    private static async Task<bool> IsAliveAsync(Func<bool> alive, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(alive, cancellation);
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            return false;
        }
    }

    private void Notify(string state)
    {
        try
        {
            _notifier.Notify(new ServiceState(state));
        }
        catch (Exception exception) when (Boundary.Holds(exception))
        {
            // Nobody listens on systemd's socket any more.
        }
    }
}
