namespace Peipkg.Format.Attestations;

/// <summary>The stable names of the rules for what lies beside a package.</summary>
public static class AttestationRule
{
    /// <summary>A payload or signature is not base64.</summary>
    public const string Encoding = "attestation-encoding";

    /// <summary>The signed document is no statement about software.</summary>
    public const string Type = "attestation-type";

    /// <summary>No key that counts has signed.</summary>
    public const string Signature = "attestation-signature";

    /// <summary>It speaks of other bytes than the package's.</summary>
    public const string Subject = "attestation-subject";

    /// <summary>The bill of materials is not the one that the attestation names.</summary>
    public const string Bill = "attestation-sbom";

    /// <summary>A bill of materials or an attestation is too large.</summary>
    public const string Size = "attestation-size";

    /// <summary>A document is no verdict of a rebuild.</summary>
    public const string Verdict = "rebuild-verdict";

    /// <summary>Whoever signed a verdict has no say here: the repository itself, the package's signer, a stranger, a key twice.</summary>
    public const string Rebuilder = "rebuild-key";

    /// <summary>A verdict is on a package that is hosted elsewhere.</summary>
    public const string Elsewhere = "rebuild-elsewhere";

    /// <summary>Somebody who counts has built other bytes.</summary>
    public const string Different = "rebuild-different";

    /// <summary>Too few have built the same bytes.</summary>
    public const string TooFew = "rebuild-missing";
}
