using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

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

    /// <summary>
    /// What the name of the verdicts of independent rebuilds adds to the package's: one signed envelope a line, whoever
    /// signed, since no index says whose there are.
    /// </summary>
    public const string Rebuilds = ".rebuilds.jsonl";

    /// <summary>What a build writes beside a package, in the order in which it is written.</summary>
    public static IReadOnlyList<string> All { get; } = [Attestation, Bill];

    /// <summary>What may lie beside a published package.</summary>
    public static IReadOnlyList<string> Published { get; } = [Attestation, Bill, Rebuilds];

    private const string VerdictStart = ".rebuild.";
    private const string VerdictEnd = ".json";
    private const int KeyDigits = 16;

    /// <summary>What the file of one verdict, on its way to a repository, adds to the package's name.</summary>
    /// <param name="rebuilder">Who signed; the name has the first 16 digits, and the file itself says who it is.</param>
    public static string Verdict(Fingerprint rebuilder) => $"{VerdictStart}{rebuilder.Text[..KeyDigits]}{VerdictEnd}";

    /// <summary>The name of the package that a file of one verdict, or of several, is named after.</summary>
    /// <returns>Null where the file is not named so.</returns>
    public static string? PackageOfVerdict(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        string? package =
            fileName.EndsWith(Rebuilds, StringComparison.Ordinal) ? fileName[..^Rebuilds.Length]
            : fileName.EndsWith(VerdictEnd, StringComparison.Ordinal)
            && fileName.LastIndexOf(VerdictStart, StringComparison.Ordinal) is > 0 and var at
                ? fileName[..at]
            : null;
        return package?.EndsWith(PackageFileName.Extension, StringComparison.Ordinal) == true ? package : null;
    }

    /// <summary>The longest of them, in bytes: so much shorter than a file system's names a package's must be.</summary>
    public static int Longest => Attestation.Length;
}
