namespace Peipkg.Format.Attestations;

/// <summary>
/// The names beside a package that are reserved for what is said about it (PSD-009 §6.4, PSPU 5.36). No consumer fetches
/// them to install.
/// </summary>
public static class SiblingNames
{
    /// <summary>What the attestation's name adds to the package's, extension and all.</summary>
    public const string Attestation = ".attestation.json";

    /// <summary>What the bill of materials' name adds to the package's, extension and all.</summary>
    public const string Bill = ".sbom.json";

    /// <summary>Both, in the order in which they are written.</summary>
    public static IReadOnlyList<string> All { get; } = [Attestation, Bill];

    /// <summary>The longest of them, in bytes: so much shorter than a file system's names a package's must be.</summary>
    public static int Longest => Attestation.Length;
}
