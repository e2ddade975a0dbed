using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Packages;

/// <summary>What a package must be beyond well-formed.</summary>
public sealed record PackageVerifyOptions
{
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
