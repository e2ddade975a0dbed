using Peipkg.CommandLine.Reporting;

namespace Peipkg.Repo.World;

/// <summary>The world as an operation sees it.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Results.</param>
/// <param name="Diagnostics">Everything else that is said.</param>
/// <param name="Clock">The time.</param>
internal sealed record OperationContext(
    TextReader Input,
    TextWriter Output,
    Diagnostics Diagnostics,
    TimeProvider Clock
);
