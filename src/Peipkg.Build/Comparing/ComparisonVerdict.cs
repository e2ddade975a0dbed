using Peipkg.Build.Reading;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Comparing;

/// <summary>Whether two packages are the same.</summary>
/// <param name="Name">The package's file name.</param>
/// <param name="Identical">Whether they are.</param>
/// <param name="Reason">In what they are identical, or why they are not although no content differs; null otherwise.</param>
/// <param name="Difference">All that differs in their content.</param>
internal sealed record ComparisonVerdict(string Name, bool Identical, string? Reason, PackageDifference Difference)
{
    /// <summary>Judges two package files byte by byte.</summary>
    internal static ComparisonVerdict Of(
        PackageDifference difference,
        OpenedPackage firstPackage,
        OpenedPackage secondPackage
    )
    {
        VerifiedPackage first = firstPackage.Content;
        VerifiedPackage second = secondPackage.Content;
        bool identical = first.PackageHash == second.PackageHash;
        string? reason =
            identical ? $"sha256 {first.PackageHash}"
            : !difference.IsEmpty ? null
            : first.SignedDigest != second.SignedDigest
                ? "the content is the same, but not the archive's other metadata"
            : first.Signature?.KeyFingerprint != second.Signature?.KeyFingerprint
                ? $"the content is the same; the first is {Signer(first)}, the second {Signer(second)}"
            : "the content is the same, but it was compressed differently, as by another version of peipkg-build";
        return new ComparisonVerdict(firstPackage.FileName, identical, reason, difference);
    }

    private static string Signer(VerifiedPackage package) =>
        package.Signature is { } signature ? $"signed by {signature.KeyFingerprint.Grouped}" : "unsigned";
}
