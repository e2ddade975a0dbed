using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Repo.Reading;

namespace Peipkg.Repo.Attesting;

/// <summary>What was found beside a package.</summary>
/// <param name="Attestation">What it says; null where there is none, or it is not right.</param>
/// <param name="HasBill">Whether the bill of materials that it names is there.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal sealed record AttestationCheck(Attestation? Attestation, bool HasBill, string? Problem)
{
    /// <summary>What others say who built it again, whoever they are.</summary>
    internal IReadOnlyList<RebuildVerdict> Rebuilds { get; private init; } = [];

    /// <summary>Reads and judges what lies beside a package, wherever that is.</summary>
    /// <param name="fileName">The package's file name.</param>
    /// <param name="package">The digest of its bytes.</param>
    /// <param name="keys">The keys that count.</param>
    /// <param name="open">Opens a file by what its name adds to the package's; null where it is not there.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal static AttestationCheck Of(
        string fileName,
        Sha256Digest package,
        IReadOnlyCollection<PublicKey> keys,
        Func<string, Stream?> open
    )
    {
        AttestationCheck check = OfBuild(fileName, package, keys, open);
        try
        {
            using Stream? verdicts = open(SiblingNames.Rebuilds);
            return verdicts is null
                ? check
                : check with
                {
                    Rebuilds = RebuildVerdicts.Read(ReadAll(verdicts, Limits.VerdictsBytes), package),
                };
        }
        catch (FormatViolationException exception)
        {
            return check with { Problem = check.Problem ?? $"the verdicts of rebuilds beside it: {exception.Message}" };
        }
    }

    private static AttestationCheck OfBuild(
        string fileName,
        Sha256Digest package,
        IReadOnlyCollection<PublicKey> keys,
        Func<string, Stream?> open
    )
    {
        try
        {
            using Stream? said = open(SiblingNames.Attestation);
            if (said is null)
            {
                return new AttestationCheck(null, HasBill: false, null);
            }

            Attestation attestation = Attestation.Judge(ReadAll(said, Limits.AttestationBytes), package, keys);
            using Stream? listed = attestation.Statement.BillOf(fileName) is null ? null : open(SiblingNames.Bill);
            return listed is null ? new AttestationCheck(attestation, HasBill: false, null)
                : Sha256Digest.Of(new BoundedStream(listed, Limits.BillBytes)) == attestation.Statement.BillOf(fileName)
                    ? new AttestationCheck(attestation, HasBill: true, null)
                : new AttestationCheck(
                    null,
                    HasBill: true,
                    "the bill of materials beside it is not the one that its attestation names"
                );
        }
        catch (FormatViolationException exception)
        {
            return new AttestationCheck(null, HasBill: false, exception.Message);
        }
    }

    private static byte[] ReadAll(Stream stream, int most)
    {
        using MemoryStream content = new();
        new BoundedStream(stream, most).CopyTo(content);
        return content.ToArray();
    }
}
