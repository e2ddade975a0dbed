using Peipkg.Format.Identity;

namespace Peipkg.Manager.Publishing;

/// <summary>A package that is published for another architecture: the repository takes a version of a name for one only.</summary>
internal static class RivalPackage
{
    /// <summary>What to add where another recipe makes the package, too.</summary>
    public const string OfAnotherRecipe = ", or where another recipe makes it too, give one of them another name";

    /// <summary>What is in the way, and what to do about it.</summary>
    /// <param name="name">The package.</param>
    /// <param name="version">Its version.</param>
    /// <param name="architecture">For which the recipe makes it.</param>
    /// <param name="rival">For which it is published.</param>
    public static string Describe(
        PackageName name,
        PackageVersion version,
        Architecture architecture,
        Architecture rival
    ) =>
        $"{name} {version} is published for {rival}, and the recipe makes it for {architecture} now; "
        + "raise peios_revision to publish it anew";
}
