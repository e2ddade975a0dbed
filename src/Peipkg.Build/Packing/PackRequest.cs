using Peipkg.Build.Rules;
using Peipkg.Format.Editions;

namespace Peipkg.Build.Packing;

/// <summary>What <c>pack</c> was asked to do.</summary>
/// <param name="Manifest">The manifest's file.</param>
/// <param name="Staged">The tree to pack.</param>
/// <param name="Output">The package to write.</param>
/// <param name="SignKey">The private key's file; null leaves the package unsigned.</param>
/// <param name="SkipLayoutChecks">Whether destinations and side effects are not checked.</param>
/// <param name="Edition">The edition whose package is made.</param>
/// <param name="Policy">What becomes of findings.</param>
internal sealed record PackRequest(
    string Manifest,
    string Staged,
    string Output,
    string? SignKey,
    bool SkipLayoutChecks,
    Edition Edition,
    RulePolicy Policy
);
