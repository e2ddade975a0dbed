using Peipkg.CommandLine.Reporting;

namespace Peipkg.Build.World;

/// <summary>What an operation uses of the world.</summary>
/// <param name="Output">Results.</param>
/// <param name="Diagnostics">Errors and warnings.</param>
/// <param name="Variables">The caller's environment.</param>
/// <param name="ScriptOutput">Where a build script's standard output goes.</param>
/// <param name="ScriptError">Where its standard error goes; perhaps the same stream.</param>
/// <param name="Clock">The time, which only repositories are judged by.</param>
/// <param name="Cancellation">Cancelled by signals.</param>
internal sealed record ToolContext(
    TextWriter Output,
    Diagnostics Diagnostics,
    IReadOnlyDictionary<string, string> Variables,
    Stream ScriptOutput,
    Stream ScriptError,
    TimeProvider Clock,
    CancellationToken Cancellation
)
{
    /// <summary>The program's name, as it is typed.</summary>
    internal const string Program = "peipkg-build";

    /// <summary>Standard input: where a shell reads commands, and <c>fmt -</c> a recipe; null where there is nothing.</summary>
    internal ShellInput? Input { get; init; }
}
