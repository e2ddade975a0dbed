namespace Peipkg.Repo.Indexing;

/// <summary>Why a file is not taken into the repository.</summary>
/// <param name="File">The file, as the operator named its directory.</param>
/// <param name="Rule">The broken rule's stable name in kebab case.</param>
/// <param name="Reason">What is wrong and what to do, for people.</param>
internal sealed record Refusal(string File, string Rule, string Reason)
{
    /// <summary>The same (name, version, architecture) is in the archive.</summary>
    internal const string AlreadyPublished = "already-published";

    /// <summary>The same (name, version, architecture) was withdrawn.</summary>
    internal const string Withdrawn = "withdrawn";

    /// <summary>The archive or another new file has an equal version in another spelling.</summary>
    internal const string EqualVersion = "equal-version";

    /// <summary>The version has no place in the order of the name's versions.</summary>
    internal const string NoOrder = "no-version-order";

    /// <summary>The same (name, version, architecture) was published with other bytes and pruned.</summary>
    internal const string Pruned = "pruned";

    /// <summary>Two new files are the same package with different bytes.</summary>
    internal const string Duplicate = "duplicate-package";

    /// <summary>A name's highest version would exist for two architectures.</summary>
    internal const string TwoArchitectures = "two-architectures";

    /// <summary>Two packages would have one URL.</summary>
    internal const string SameUrl = "same-url";

    /// <summary>Name and version make a file name that no file system takes.</summary>
    internal const string NameTooLong = "name-too-long";

    /// <summary>Not a regular file, or not readable.</summary>
    internal const string Unreadable = "unreadable";

    /// <summary>Signed by a key that the descriptor does not accept.</summary>
    internal const string SignerNotAccepted = "signer-not-accepted";

    /// <summary>The signature does not fit the content.</summary>
    internal const string SignatureInvalid = "signature-invalid";

    /// <summary>Unsigned, under <c>--require-signed</c>.</summary>
    internal const string Unsigned = "unsigned";

    /// <summary>A rebuild would replace an intact published file by other bytes.</summary>
    internal const string PublishedBytesChanged = "published-bytes-changed";

    /// <summary>A rebuild would forget a package that a verified archive names.</summary>
    internal const string PublishedMissing = "published-missing";

    /// <summary>Known clients would refuse the index for its size.</summary>
    internal const string IndexTooLarge = "index-too-large";

    public override string ToString() => $"{File}: {Reason} ({Rule})";
}
