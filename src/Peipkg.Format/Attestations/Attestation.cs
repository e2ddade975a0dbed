using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Attestations;

/// <summary>A signed statement about a package that was found to be about it, and signed by a key that counts.</summary>
/// <param name="Statement">What it says.</param>
/// <param name="Signer">Whose signature it has.</param>
public sealed record Attestation(Statement Statement, PublicKey Signer)
{
    /// <summary>Judges what lies beside a package as its attestation.</summary>
    /// <param name="document">The file's bytes, at most <see cref="Limits.AttestationBytes"/>.</param>
    /// <param name="package">The digest of the package's bytes.</param>
    /// <param name="keys">The keys that count.</param>
    /// <exception cref="FormatViolationException">It is none, is about something else, or no key that counts has signed it.</exception>
    public static Attestation Judge(
        ReadOnlySpan<byte> document,
        Sha256Digest package,
        IReadOnlyCollection<PublicKey> keys
    )
    {
        DsseEnvelope envelope = DsseEnvelope.Read(document);
        if (envelope.PayloadType != Provenance.PayloadType)
        {
            throw new FormatViolationException(
                AttestationRule.Type,
                "/payloadType",
                $"what it holds is not {Provenance.PayloadType}"
            );
        }

        // What nobody who counts has signed is not even looked into.
        if (envelope.FindSigner(keys) is not { } signer)
        {
            string named = string.Join(
                ", ",
                envelope
                    .Signatures.Select(signature =>
                        Fingerprint.TryParse(signature.KeyId, out Fingerprint key, out _)
                            ? key.Text
                            : "no key by fingerprint"
                    )
                    .Distinct(StringComparer.Ordinal)
            );
            throw new FormatViolationException(
                AttestationRule.Signature,
                "/signatures",
                envelope.Signatures.Any(signature => keys.Any(key => key.Fingerprint.Text == signature.KeyId))
                    ? $"the signature is not {named}'s over this content; it was changed after it was signed, or never signed"
                    : $"it is signed by {named}, and none of the keys that count here is that"
            );
        }

        Statement statement;
        try
        {
            statement = Statement.Read(envelope.Payload.Span);
        }
        catch (FormatViolationException exception)
        {
            throw exception.Within("/payload");
        }

        return statement.Subjects.Any(subject => subject.Sha256 == package)
            ? new Attestation(statement, signer)
            : throw new FormatViolationException(
                AttestationRule.Subject,
                "/payload/subject",
                $"it speaks of {(statement.Subjects is [var other, ..] ? $"the file with SHA-256 {other.Sha256}" : "no file by SHA-256")}, "
                    + $"and this package's is {package}"
            );
    }
}
