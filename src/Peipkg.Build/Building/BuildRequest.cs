using Peipkg.Build.Rules;
using Peipkg.Build.Sandboxing;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Build.Building;

/// <summary>What <c>build</c> was asked to do.</summary>
internal sealed record BuildRequest
{
    /// <summary>The recipe file.</summary>
    internal required string Recipe { get; init; }

    /// <summary>The source tree.</summary>
    internal required string Source { get; init; }

    /// <summary>The architecture that is taken of a stanza's list; null for this machine's, or the first of the list.</summary>
    internal Architecture? Architecture { get; init; }

    /// <summary>The version of all packages.</summary>
    internal required PackageVersion Version { get; init; }

    /// <summary>Where the source comes from.</summary>
    internal required string SourceRef { get; init; }

    /// <summary>The name of the farm or person that builds.</summary>
    internal required string FarmId { get; init; }

    /// <summary>The time of every archive entry.</summary>
    internal required Timestamp Timestamp { get; init; }

    /// <summary>The directory for the packages.</summary>
    internal required string Output { get; init; }

    /// <summary>The private key's file; null leaves the packages unsigned.</summary>
    internal string? SignKey { get; init; }

    /// <summary>Whether an attestation and a bill of materials are written beside each package; needs the key.</summary>
    internal bool Attest { get; init; }

    /// <summary>Whether the staging directory is kept, however the build ends.</summary>
    internal bool KeepStage { get; init; }

    /// <summary>What the script sees in a sandbox; null runs it on the machine as it is.</summary>
    internal SandboxSettings? Sandbox { get; init; }

    /// <summary>How much of the machine the script may use.</summary>
    internal ScriptLimits Limits { get; init; } = ScriptLimits.None;

    /// <summary>Whether to build a second time under different conditions and require the same result.</summary>
    internal bool Twice { get; init; }

    /// <summary>When a shell is opened in the place of a script.</summary>
    internal ShellMode Shell { get; init; }

    /// <summary>Whether the recipe's test script is left out.</summary>
    internal bool NoTest { get; init; }

    /// <summary>How the conditions of a second build differ; null in a first.</summary>
    internal ScriptVariation? Variation { get; init; }

    /// <summary>The edition of the format; null leaves it to the recipe.</summary>
    internal Edition? Edition { get; init; }

    /// <summary>What becomes of findings.</summary>
    internal RulePolicy Policy { get; init; } = RulePolicy.Default;

    /// <summary>Additional variables for the script.</summary>
    internal IReadOnlyList<BuildVariable> Variables { get; init; } = [];
}
