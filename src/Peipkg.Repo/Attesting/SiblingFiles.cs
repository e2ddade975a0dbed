using Peipkg.Format;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;
using Peipkg.Posix.Files;
using Peipkg.Repo.Transactions;

namespace Peipkg.Repo.Attesting;

/// <summary>The attestation, the bill of materials and the verdicts of rebuilds that lie beside a package's file.</summary>
internal static class SiblingFiles
{
    /// <summary>Which of them are there, by what their names add to the package's.</summary>
    /// <param name="package">The package's file.</param>
    internal static IEnumerable<string> Beside(string package) =>
        SiblingNames.Published.Where(suffix => FileStatus.Of(package + suffix) is { IsRegular: true });

    /// <summary>Those of a published package, which were judged when it came.</summary>
    /// <param name="package">The package's file.</param>
    /// <param name="stop">Ends the work early.</param>
    internal static IReadOnlyList<Sibling> Published(string package, CancellationToken stop) =>
        [.. Beside(package).Select(suffix => Read(package, suffix, stop))];

    /// <summary>Judges what lies beside a package that comes in.</summary>
    /// <param name="package">The package's file.</param>
    /// <param name="hash">The digest of its bytes.</param>
    /// <param name="keys">The keys whose attestations count; asked for only where there is one.</param>
    /// <param name="stop">Ends the work early.</param>
    /// <returns>What may be published with it: nothing, an attestation, or both.</returns>
    /// <exception cref="SiblingException">Something is there that is not right.</exception>
    internal static IReadOnlyList<Sibling> Take(
        string package,
        Sha256Digest hash,
        Func<IReadOnlyCollection<PublicKey>> keys,
        CancellationToken stop
    )
    {
        string attestation = package + SiblingNames.Attestation;
        string bill = package + SiblingNames.Bill;
        FileStatus? said = FileStatus.Of(attestation);
        FileStatus? listed = FileStatus.Of(bill);
        if (said is null && listed is null)
        {
            return [];
        }

        if (said is null)
        {
            throw new SiblingException(
                bill,
                AttestationRule.Bill,
                "no attestation is beside it that would vouch for it; bring the attestation too"
            );
        }

        RequireFile(attestation, said.Value, Limits.AttestationBytes);
        byte[] content = File.ReadAllBytes(attestation);
        Attestation judged = Judge(attestation, content, hash, keys());
        Sibling first = new(SiblingNames.Attestation, attestation, content.Length, Sha256Digest.Of(content));
        if (listed is null)
        {
            return [first];
        }

        RequireFile(bill, listed.Value, Limits.BillBytes);
        Sibling second = Read(package, SiblingNames.Bill, stop);
        return judged.Statement.Byproducts.Any(item => item.Sha256 == second.Hash)
            ? [first, second]
            : throw new SiblingException(
                bill,
                AttestationRule.Bill,
                "it is not the bill of materials that the attestation beside it names"
            );
    }

    private static Attestation Judge(
        string file,
        byte[] content,
        Sha256Digest hash,
        IReadOnlyCollection<PublicKey> keys
    )
    {
        try
        {
            return Attestation.Judge(content, hash, keys);
        }
        catch (FormatViolationException exception)
        {
            throw new SiblingException(
                file,
                exception.Rule,
                exception.Place.Length > 0 ? $"{exception.Place}: {exception.Detail}" : exception.Detail
            );
        }
    }

    private static void RequireFile(string file, FileStatus status, int most)
    {
        if (!status.IsRegular)
        {
            throw new SiblingException(file, AttestationRule.Type, "it is no regular file");
        }

        if (status.Size > most)
        {
            throw new SiblingException(
                file,
                AttestationRule.Size,
                $"it has {status.Size} bytes, and {most} are allowed"
            );
        }
    }

    private static Sibling Read(string package, string suffix, CancellationToken stop)
    {
        (Sha256Digest hash, long size) = HashedFile.Digest(package + suffix, stop);
        return new Sibling(suffix, package + suffix, size, hash);
    }
}

/// <summary>What lies beside a package is not right.</summary>
/// <param name="file">The file.</param>
/// <param name="rule">The broken rule's stable name.</param>
/// <param name="problem">What is wrong.</param>
internal sealed class SiblingException(string file, string rule, string problem) : Exception(problem)
{
    /// <summary>The file.</summary>
    internal string File => file;

    /// <summary>The broken rule's stable name.</summary>
    internal string Rule => rule;
}
