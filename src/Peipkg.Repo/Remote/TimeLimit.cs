using Peipkg.CommandLine.Reporting;

namespace Peipkg.Repo.Remote;

/// <summary>A bound on the time that a whole command may take.</summary>
internal static class TimeLimit
{
    /// <summary>Runs a command.</summary>
    /// <param name="limit">How long it may take; null for as long as it wants.</param>
    /// <param name="command">The command.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="UserErrorException">It was not done in time.</exception>
    internal static int Run(TimeSpan? limit, Func<CancellationToken, int> command, CancellationToken stop)
    {
        if (limit is not { } time)
        {
            return command(stop);
        }

        using CancellationTokenSource limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(time);
        try
        {
            return command(limited.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new UserErrorException($"not done within {time.TotalSeconds:0} seconds, the --timeout");
        }
    }
}
