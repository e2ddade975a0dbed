namespace Peipkg.Posix.Processes;

/// <summary>What is done about a running child when this process is killed before it can do anything itself.</summary>
/// <param name="Mark">
/// A <c>NAME=VALUE</c> that the environment of the child and of nobody else holds, by which those of its processes are
/// found that have left its session; null where there are none.
/// </param>
/// <param name="Directories">The directories to remove then, absolute paths.</param>
public sealed record DeathPlan(string? Mark, IReadOnlyList<string> Directories);
