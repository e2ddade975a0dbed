using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Attestations;

/// <summary>Something that a package was made from, or that was made with it.</summary>
/// <param name="name">What it is called, for people; empty where it has no name.</param>
/// <param name="uri">Where it comes from; empty where that is not known.</param>
public sealed class Material(string name, string uri)
{
    /// <summary>What it is called, for people; empty where it has no name.</summary>
    public string Name => name;

    /// <summary>Where it comes from; empty where that is not known.</summary>
    public string Uri => uri;

    /// <summary>The digest of a file.</summary>
    public Sha256Digest? Sha256 { get; init; }

    /// <summary>The digest over the digests of a directory's files, <c>dirHash</c> of in-toto.</summary>
    public Sha256Digest? Directory { get; init; }

    /// <summary>A git commit, lower-case hexadecimal digits.</summary>
    public string? Commit { get; init; }

    /// <summary>What kind of file it is; null where that is plain.</summary>
    public string? MediaType { get; init; }
}
