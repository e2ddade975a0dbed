using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Identity;

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
)
{
    /// <summary>The time as documents write it.</summary>
    internal Timestamp Now => Timestamp.Nearest(Clock.GetUtcNow());
}
