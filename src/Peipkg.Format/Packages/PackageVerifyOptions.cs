using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;

namespace Peipkg.Format.Packages;

/// <summary>What a package must be beyond well-formed.</summary>
public sealed record PackageVerifyOptions
{
    /// <summary>
    /// The edition whose rules hold. Null takes a package of any; <see cref="PackageJudgement.EditionsOf"/> then says which
    /// ones it satisfies.
    /// </summary>
    public Edition? Edition { get; init; } = Edition.Default;

    /// <summary>Takes the header forms that reference packers write although the edition forbids them.</summary>
    public bool AllowReferenceHeaders { get; init; }

    /// <summary>Reads a package that is published already: what binds producers alone is not held against it.</summary>
    public bool Published { get; init; }

    /// <summary>What an index says about the file; null for a file that no index lists.</summary>
    public ExpectedPackage? Expected { get; init; }

    /// <summary>
    /// The keys whose signatures count. Null reports a signature as present without judging it; with keys, a signature
    /// of any other key is refused.
    /// </summary>
    public IReadOnlyCollection<PublicKey>? TrustedKeys { get; init; }

    /// <summary>Refuses a package without signature.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Receives the payload while it is read; null for reading alone.</summary>
    public IPayloadReceiver? Receiver { get; init; }

    /// <summary>Uncompressed bytes that are read at most; never more than <see cref="Limits.UncompressedBytes"/>.</summary>
    public long MaxUncompressed { get; init; } = Limits.UncompressedBytes;
}

/// <summary>What an index says about a package file (§3.5.3, PSPU 5.26).</summary>
/// <param name="Hash">The digest of the file.</param>
/// <param name="SizeCompressed">Bytes of the file.</param>
/// <param name="SizeInstalled">Bytes of its regular files together.</param>
public sealed record ExpectedPackage(Sha256Digest Hash, long SizeCompressed, long SizeInstalled)
{
    /// <summary>Bytes after which reading the file stops.</summary>
    internal long MaxCompressed =>
        Math.Min(long.MaxValue - Limits.CompressedTolerance, SizeCompressed)
        + Math.Min(SizeCompressed / Limits.CompressedTolerancePart, Limits.CompressedTolerance);

    /// <summary>Bytes of the archive after which reading it stops.</summary>
    internal long MaxUncompressed =>
        Math.Min(long.MaxValue - Limits.UncompressedOverhead, SizeInstalled) + Limits.UncompressedOverhead;
}
