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
    /// <summary>The time as documents write it; a clock beyond what they can is taken for their first or last second.</summary>
    internal Timestamp Now =>
        Timestamp.FromUnixSeconds(Math.Clamp(Clock.GetUtcNow().ToUnixTimeSeconds(), 0, Timestamp.MaxValue.UnixSeconds));
}
