using Peipkg.Build.Reading;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Comparing;

/// <summary>Whether two packages are the same.</summary>
/// <param name="Name">The package's file name.</param>
/// <param name="Identical">Whether they are identical.</param>
/// <param name="Reason">What is identical, or why they are not identical although no content differs; otherwise null.</param>
/// <param name="Difference">The differences of their content.</param>
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
                ? "the content is the same, but other metadata of the archive differs"
            : first.Signature?.KeyFingerprint != second.Signature?.KeyFingerprint
                ? $"the content is the same; the first is {Signer(first)}, the second {Signer(second)}"
            : "the content is the same, but was compressed differently, for example by another version of peipkg-build";
        return new ComparisonVerdict(firstPackage.FileName, identical, reason, difference);
    }

    private static string Signer(VerifiedPackage package) =>
        package.Signature is { } signature ? $"signed by {signature.KeyFingerprint.Grouped}" : "unsigned";
}
