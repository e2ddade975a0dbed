namespace Peipkg.Manager.Hosting;

/// <summary>How long the manager runs, and what its exit code tells.</summary>
internal enum RunMode
{
    /// <summary>Until it is told to end.</summary>
    Daemon,

    /// <summary>One sweep, which ends well however its builds ended.</summary>
    Once,

    /// <summary>One sweep, which fails when something the recipes ask for is missing at its end.</summary>
    StrictlyOnce,
}
