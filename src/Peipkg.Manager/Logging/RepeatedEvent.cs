namespace Peipkg.Manager.Logging;

/// <summary>
/// An event that strangers can bring about as often as they like. It is logged once, and from then on counted: once a
/// minute, as long as there is something to tell, a line stands for all that happened since the last.
/// </summary>
internal sealed class RepeatedEvent(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private Action<long?>? _last;
    private long _times;

    /// <summary>Logs the event, or counts it.</summary>
    /// <param name="log">Writes the line; gets how many events it stands for, null for one.</param>
    public void Occurred(Action<long?> log)
    {
        lock (_gate)
        {
            if (_timer is not null)
            {
                _times++;
                _last = log;
                return;
            }

            _timer = clock.CreateTimer(_ => Tell(), null, Quiet, Timeout.InfiniteTimeSpan);
        }

        log(null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
        }
    }

    private void Tell()
    {
        Action<long?>? log;
        long times;
        lock (_gate)
        {
            (log, times) = (_last, _times);
            (_last, _times) = (null, 0);
            if (log is null)
            {
                _timer?.Dispose();
                _timer = null;
            }
            else
            {
                _timer?.Change(Quiet, Timeout.InfiniteTimeSpan);
            }
        }

        log?.Invoke(times == 1 ? null : times);
    }
}
