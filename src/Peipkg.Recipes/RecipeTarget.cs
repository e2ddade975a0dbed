using System.Runtime.InteropServices;
using Peipkg.Format.Identity;
using Architecture = Peipkg.Format.Identity.Architecture;

namespace Peipkg.Recipes;

/// <summary>What a recipe is read for: what its placeholders stand for, and which of its architectures is taken.</summary>
/// <param name="Version">The version being built; null while none is, and placeholders stand for an example.</param>
/// <param name="Architecture">
/// The architecture that is taken from a stanza's list; null for this machine's, or the first where the list lacks it.
/// </param>
public sealed record RecipeTarget(PackageVersion? Version = null, Architecture? Architecture = null)
{
    /// <summary>No version yet, and this machine.</summary>
    public static RecipeTarget Unknown { get; } = new();

    /// <summary>The architecture of this machine.</summary>
    public static Architecture Machine { get; } =
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
            ? Peipkg.Format.Identity.Architecture.AArch64
            : Peipkg.Format.Identity.Architecture.X86_64;
}
