using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>What a repository says of itself: the content of <c>repo.json</c> (PSD-009 §6.1).</summary>
/// <param name="Name">The repository's name, not empty; indexes repeat it.</param>
/// <param name="Description">One line for people, perhaps empty.</param>
/// <param name="Keys">The signing keys, sorted by fingerprint; at least one is active.</param>
/// <param name="Active">Where the index of current versions is.</param>
/// <param name="Archive">Where the index of all versions is.</param>
public sealed record Descriptor(
    string Name,
    string Description,
    IReadOnlyList<DescriptorKey> Keys,
    IndexPointers Active,
    IndexPointers Archive
)
{
    /// <summary>The edition of the packages in it; a descriptor that names none is of the default one.</summary>
    public Edition Edition { get; init; } = Edition.Default;

    /// <summary>Whether it is the official repository, whose packages may put files into drop-in directories (PSPU 5.14).</summary>
    public bool Official { get; init; }

    /// <summary>Finds a key.</summary>
    /// <returns>The key, or <see langword="null"/> when the descriptor does not list it.</returns>
    public DescriptorKey? FindKey(Fingerprint fingerprint) =>
        Keys.FirstOrDefault(key => key.Fingerprint == fingerprint);
}

/// <summary>What a key of a repository is good for (PSD-009 §6.1.4).</summary>
public enum KeyStatus
{
    /// <summary>Signs and verifies.</summary>
    Active,

    /// <summary>Signs no more; verifies until its date.</summary>
    Transitioning,

    /// <summary>Compromised: neither signs nor verifies.</summary>
    Revoked,
}

/// <summary>A key of a repository.</summary>
/// <param name="Fingerprint">Names the key.</param>
/// <param name="Url">Where the public key file is: absolute, or relative to the repository's base.</param>
/// <param name="Status">What the key is good for.</param>
/// <param name="ValidUntil">The last second at which a transitioning key verifies; without meaning for the others.</param>
public sealed record DescriptorKey(Fingerprint Fingerprint, string Url, KeyStatus Status, Timestamp? ValidUntil = null)
{
    /// <summary>The URL of a key file's conventional place.</summary>
    public static string ConventionalUrl(Fingerprint fingerprint) => "/" + RepositoryLayout.KeyPath(fingerprint);

    /// <summary>Whether signatures of the key count at a point in time.</summary>
    public bool VerifiesAt(Timestamp now) =>
        Status switch
        {
            KeyStatus.Active => true,
            KeyStatus.Transitioning => ValidUntil is { } end && now.CompareTo(end) <= 0,
            _ => false,
        };
}

/// <summary>Where an index and its signature are: absolute, or relative to the repository's base (PSD-009 §6.1.5).</summary>
/// <param name="Url">The index.</param>
/// <param name="SignatureUrl">Its detached signature.</param>
public sealed record IndexPointers(string Url, string SignatureUrl)
{
    /// <summary>The conventional place of the index of current versions.</summary>
    public static IndexPointers ConventionalActive { get; } = Of(RepositoryLayout.ActiveIndex);

    /// <summary>The conventional place of the index of all versions.</summary>
    public static IndexPointers ConventionalArchive { get; } = Of(RepositoryLayout.ArchiveIndex);

    private static IndexPointers Of(string index) => new($"/{index}", $"/{index}{RepositoryLayout.SignatureSuffix}");
}
