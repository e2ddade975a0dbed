using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>Whether a descriptor is its repository's own, before anything that it names is relied on (PSD-009 §6.5.2).</summary>
public static class DescriptorProof
{
    /// <summary>Why a descriptor is not to be relied on, as far as its signature goes.</summary>
    /// <param name="document">The descriptor.</param>
    /// <param name="anchors">The keys one of which must have signed it; empty for any that it lists.</param>
    /// <param name="keysOf">Reads the file of the key that signed it.</param>
    /// <param name="at">The time at which a key in transition must still be accepted.</param>
    /// <param name="descriptor">What it says; null when it cannot be read.</param>
    /// <returns>Null when it can be relied on; else a clause for people.</returns>
    public static string? WhyNot(
        SignedDocument document,
        IReadOnlyList<Fingerprint> anchors,
        Func<Descriptor, Fingerprint, Keyring> keysOf,
        Timestamp at,
        out Descriptor? descriptor
    )
    {
        ArgumentNullException.ThrowIfNull(document);
        descriptor = null;
        if (document.Signature is null)
        {
            return "repo.json is not signed";
        }

        Fingerprint signer;
        try
        {
            descriptor = DescriptorDocument.Read(document.Content);
            signer = SignatureEnvelope.Read(document.Signature).KeyFingerprint;
        }
        catch (FormatViolationException exception)
        {
            return $"repo.json and its signature cannot be read ({exception.Message})";
        }

        return anchors.Count > 0 && !anchors.Contains(signer)
            ? $"repo.json is not signed with a key that --trust names, but with {signer.Grouped}"
            : SignatureCheck.Of(document, keysOf(descriptor, signer), at).Problem;
    }
}
