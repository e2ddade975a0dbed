namespace Peipkg.CommandLine.Reporting;

/// <summary>How much a tool says besides its results.</summary>
public enum Verbosity
{
    /// <summary>Errors and warnings only.</summary>
    Quiet,

    /// <summary>Notes and progress too.</summary>
    Normal,

    /// <summary>Each step as well, and how long it took.</summary>
    Verbose,
}
