using Peipkg.Build.Building;
using Peipkg.Build.Sandboxing;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Repositories;

namespace Peipkg.Build.Reproducing;

/// <summary>What <c>reproduce</c> was asked to do with packages that are files.</summary>
/// <param name="Packages">The packages' files.</param>
/// <param name="Recipe">The recipe file.</param>
/// <param name="Source">The source tree.</param>
/// <param name="SignKey">The private key's file; null compares what the signature covers.</param>
/// <param name="Conditions">How the build is run.</param>
/// <param name="Verdicts">Where the verdicts go, and who signs them; null for none.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record ReproduceRequest(
    IReadOnlyList<string> Packages,
    string Recipe,
    string Source,
    string? SignKey,
    RebuildConditions Conditions,
    VerdictOutput? Verdicts,
    bool Json
);

/// <summary>What <c>reproduce</c> was asked to do with packages of a repository.</summary>
/// <param name="Location">The repository.</param>
/// <param name="Trusted">The keys one of which must have signed its descriptor.</param>
/// <param name="Wanted">Names, and names with versions; empty for all that is offered and has no verdict yet.</param>
/// <param name="Recipes">A directory of recipes.</param>
/// <param name="Conditions">How the builds are run.</param>
/// <param name="Verdicts">Where the verdicts go, and who signs them; null for none.</param>
/// <param name="Json">Whether to report in JSON.</param>
internal sealed record RepositoryRebuildRequest(
    RepositoryLocation Location,
    IReadOnlyList<Fingerprint> Trusted,
    IReadOnlyList<string> Wanted,
    string Recipes,
    RebuildConditions Conditions,
    VerdictOutput? Verdicts,
    bool Json
);

/// <summary>How a package is built again.</summary>
/// <param name="Variables">Additional variables for the script.</param>
/// <param name="Sandbox">What the script sees in a sandbox; null runs it on the machine as it is.</param>
/// <param name="Limits">How much of the machine it may use.</param>
/// <param name="Edition">The edition of the format; null leaves it to the recipe.</param>
internal sealed record RebuildConditions(
    IReadOnlyList<BuildVariable> Variables,
    SandboxSettings? Sandbox,
    ScriptLimits Limits,
    Edition? Edition
);

/// <summary>Where verdicts go.</summary>
/// <param name="Key">The file of the key that signs them.</param>
/// <param name="Directory">Their directory; made if it is missing.</param>
internal sealed record VerdictOutput(string Key, string Directory);
