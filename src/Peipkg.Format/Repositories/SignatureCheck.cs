using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>What a document's detached signature turned out to be.</summary>
public enum SignatureState
{
    /// <summary>It verifies, and its key counts.</summary>
    Good,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It verifies, but its key no longer counts: consumers reject the document.</summary>
    Expired,

    /// <summary>It proves nothing.</summary>
    Bad,
}

/// <summary>The outcome for one document.</summary>
/// <param name="State">Whether the document can be relied on.</param>
/// <param name="File">The file to blame, below the root.</param>
/// <param name="Problem">What is wrong, null when good.</param>
/// <param name="Signer">The key the signature names.</param>
public sealed record SignatureCheck(SignatureState State, string File, string? Problem, Fingerprint? Signer)
{
    /// <summary>Begins to verify, while the caller reads the document: hashing it takes as long.</summary>
    /// <param name="document">A document.</param>
    /// <param name="keys">The descriptor's keys.</param>
    /// <param name="at">The time at which keys in transition must still be accepted.</param>
    /// <returns>Null when the document is not there.</returns>
    public static Task<SignatureCheck>? Begin(SignedDocument document, Keyring keys, Timestamp at) =>
        document.Content is null ? null : Task.Run(() => Of(document, keys, at));

    /// <summary>Verifies a document's signature with the keys of the repository's descriptor (§6.1.6, §6.2.1).</summary>
    /// <param name="document">A document whose content is there.</param>
    /// <param name="keys">The descriptor's keys.</param>
    /// <param name="at">The time at which keys in transition must still be accepted.</param>
    public static SignatureCheck Of(SignedDocument document, Keyring keys, Timestamp at)
    {
        if (document.Signature is null)
        {
            return new SignatureCheck(SignatureState.Missing, document.SignatureName, "the signature is missing", null);
        }

        SignatureEnvelope envelope;
        try
        {
            envelope = SignatureEnvelope.Read(document.Signature);
        }
        catch (FormatViolationException exception)
        {
            return new SignatureCheck(SignatureState.Bad, document.SignatureName, exception.Message, null);
        }

        Fingerprint signer = envelope.KeyFingerprint;
        if (keys.StatusOf(signer) is null or KeyStatus.Revoked)
        {
            return Bad($"the key {signer} that signed {document.Name} {keys.WhyNot(signer, at)}");
        }

        if (keys.Find(signer) is not { } key)
        {
            return Bad($"{document.Name} cannot be verified: there is no usable key file for {signer}");
        }

        if (!envelope.Verifies(key, document.Content))
        {
            return Bad(
                $"{document.Name} is not what {signer} signed: it was changed, or the signature belongs to another file"
            );
        }

        return keys.WhyNot(signer, at) is { } reason
            ? new SignatureCheck(
                SignatureState.Expired,
                document.SignatureName,
                $"the key {signer} that signed {document.Name} {reason}",
                signer
            )
            : new SignatureCheck(SignatureState.Good, document.SignatureName, null, signer);

        SignatureCheck Bad(string problem) => new(SignatureState.Bad, document.SignatureName, problem, signer);
    }
}
