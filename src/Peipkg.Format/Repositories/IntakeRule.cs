namespace Peipkg.Format.Repositories;

/// <summary>The rules by which a repository refuses files, beside those of packages and attestations.</summary>
public static class IntakeRule
{
    /// <summary>The same (name, version, architecture) is in the archive.</summary>
    public const string AlreadyPublished = "already-published";

    /// <summary>The same (name, version, architecture) was withdrawn.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>The archive or another new file has an equal version in another spelling.</summary>
    public const string EqualVersion = "equal-version";

    /// <summary>The version has no place in the order of the name's versions.</summary>
    public const string NoOrder = "no-version-order";

    /// <summary>The same (name, version, architecture) was published with other bytes and pruned.</summary>
    public const string Pruned = "pruned";

    /// <summary>Two new files are the same package with different bytes.</summary>
    public const string Duplicate = "duplicate-package";

    /// <summary>A name's highest version would exist for two architectures.</summary>
    public const string TwoArchitectures = "two-architectures";

    /// <summary>Two packages would have one URL.</summary>
    public const string SameUrl = "same-url";

    /// <summary>Name and version make a file name that no file system takes.</summary>
    public const string NameTooLong = "name-too-long";

    /// <summary>Not a regular file, or not readable.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Signed by a key that the descriptor does not accept.</summary>
    public const string SignerNotAccepted = "signer-not-accepted";

    /// <summary>The signature does not fit the content.</summary>
    public const string SignatureInvalid = "signature-invalid";

    /// <summary>Unsigned, under <c>--require-signed</c>.</summary>
    public const string Unsigned = "unsigned";

    /// <summary>A rebuild would replace an intact published file by other bytes.</summary>
    public const string PublishedBytesChanged = "published-bytes-changed";

    /// <summary>A rebuild would forget a package that a verified archive names.</summary>
    public const string PublishedMissing = "published-missing";

    /// <summary>Known clients would refuse the index for its size.</summary>
    public const string IndexTooLarge = "index-too-large";
}
