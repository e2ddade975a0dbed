using Peipkg.Build.Building;
using Peipkg.Build.Sandboxing;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Reproducing;

/// <summary>What <c>reproduce</c> was asked to do.</summary>
/// <param name="Packages">The packages' files.</param>
/// <param name="Recipe">The recipe file.</param>
/// <param name="Source">The source tree.</param>
/// <param name="SignKey">The private key's file; null compares what the signature covers.</param>
/// <param name="Variables">Additional variables for the script.</param>
/// <param name="Sandbox">What the script sees in a sandbox; null runs it on the machine as it is.</param>
/// <param name="Limits">How much of the machine it may use.</param>
/// <param name="Edition">The edition of the format; null leaves it to the recipe.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record ReproduceRequest(
    IReadOnlyList<string> Packages,
    string Recipe,
    string Source,
    string? SignKey,
    IReadOnlyList<BuildVariable> Variables,
    SandboxSettings? Sandbox,
    ScriptLimits Limits,
    Edition? Edition,
    bool Json
);
