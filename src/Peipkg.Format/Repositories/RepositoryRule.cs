namespace Peipkg.Format.Repositories;

/// <summary>The stable names of the rules for descriptors and indexes, beside those of manifests.</summary>
public static class RepositoryRule
{
    /// <summary>The repository's name is empty.</summary>
    public const string Name = "repository-name";

    /// <summary>The repository is of an edition that this library does not know.</summary>
    public const string Edition = "repository-edition";

    /// <summary>The signature algorithm is not Ed25519.</summary>
    public const string SignatureAlgorithm = "signature-algorithm";

    /// <summary>A fingerprint is malformed.</summary>
    public const string Fingerprint = "key-fingerprint";

    /// <summary>A key's status is unknown.</summary>
    public const string KeyStatus = "key-status";

    /// <summary>A transitioning key does not say until when.</summary>
    public const string KeyValidUntil = "key-valid-until";

    /// <summary>The keys are not sorted by fingerprint, or one is listed twice.</summary>
    public const string KeyOrder = "key-order";

    /// <summary>No key is active.</summary>
    public const string NoActiveKey = "no-active-key";

    /// <summary>A URL is malformed.</summary>
    public const string Url = "url";

    /// <summary>An index is of another kind than its place says, or of an unknown one.</summary>
    public const string IndexKind = "index-kind";

    /// <summary>The version of an index is 0.</summary>
    public const string IndexVersion = "index-version";

    /// <summary>The packages are not in the order of their kind of index.</summary>
    public const string IndexOrder = "index-order";

    /// <summary>A package comes twice.</summary>
    public const string IndexDuplicate = "index-duplicate";
}
