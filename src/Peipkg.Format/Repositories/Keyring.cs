using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;

namespace Peipkg.Format.Repositories;

/// <summary>A key file that does not serve.</summary>
/// <param name="Path">The file, below the root.</param>
/// <param name="Status">The status of the key it should hold.</param>
/// <param name="Text">What is wrong with it.</param>
public sealed record KeyProblem(string Path, KeyStatus Status, string Text);

/// <summary>The keys of a descriptor with their files (§6.1.3): who may sign for the repository, and until when.</summary>
public sealed class Keyring
{
    private readonly Dictionary<Fingerprint, DescriptorKey> _listed;
    private readonly Dictionary<Fingerprint, PublicKey> _keys = [];
    private readonly List<KeyProblem> _problems = [];

    private Keyring(Descriptor descriptor) => _listed = descriptor.Keys.ToDictionary(static key => key.Fingerprint);

    /// <summary>Key files that are missing or hold another key, with what is wrong.</summary>
    public IReadOnlyList<KeyProblem> Problems => _problems;

    /// <summary>Reads the key files that a descriptor names, wherever they are.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="locate">Where a key's file is, in words for people too.</param>
    /// <param name="read">Reads it; null where it is missing.</param>
    /// <param name="wanted">Which keys are read; null for all.</param>
    public static Keyring Load(
        Descriptor descriptor,
        Func<DescriptorKey, string> locate,
        Func<string, byte[]?> read,
        Func<DescriptorKey, bool>? wanted = null
    )
    {
        Keyring keyring = new(descriptor);
        foreach (DescriptorKey key in descriptor.Keys.Where(wanted ?? (static _ => true)))
        {
            string path = locate(key);
            try
            {
                if (read(path) is not { } content)
                {
                    keyring._problems.Add(
                        new KeyProblem(path, key.Status, "the key file is missing; put the public key there")
                    );
                    continue;
                }

                PublicKey loaded = PublicKey.Load(content, path);
                if (loaded.Fingerprint == key.Fingerprint)
                {
                    keyring._keys.Add(key.Fingerprint, loaded);
                }
                else
                {
                    keyring._problems.Add(
                        new KeyProblem(
                            path,
                            key.Status,
                            $"it holds the key {loaded.Fingerprint}, not {key.Fingerprint}"
                        )
                    );
                }
            }
            catch (KeyFileException exception)
            {
                keyring._problems.Add(new KeyProblem(path, key.Status, exception.Message));
            }
        }

        return keyring;
    }

    /// <summary>The listed key, if its file could be read.</summary>
    public PublicKey? Find(Fingerprint fingerprint) => _keys.GetValueOrDefault(fingerprint);

    /// <summary>The keys that are not revoked: what they signed while they counted still says something.</summary>
    public IReadOnlyList<PublicKey> NotRevoked() =>
        [.. _keys.Values.Where(key => StatusOf(key.Fingerprint) != KeyStatus.Revoked)];

    /// <summary>The keys whose signatures count at a time (§6.1.4).</summary>
    public IReadOnlyList<PublicKey> CountingAt(Timestamp at) =>
        [.. _keys.Values.Where(key => WhyNot(key.Fingerprint, at) is null)];

    /// <summary>The status a descriptor gives a key, null when it does not list it.</summary>
    public KeyStatus? StatusOf(Fingerprint fingerprint) => _listed.GetValueOrDefault(fingerprint)?.Status;

    /// <summary>Why a signature of this key does not count at a time (§6.1.4).</summary>
    /// <returns>Null when it counts; else a clause after "the key …".</returns>
    public string? WhyNot(Fingerprint fingerprint, Timestamp at) =>
        _listed.GetValueOrDefault(fingerprint) switch
        {
            null => "is not listed in repo.json",
            { Status: KeyStatus.Revoked } => "is revoked",
            { Status: KeyStatus.Transitioning, ValidUntil: { } until } when until.CompareTo(at) < 0 =>
                $"was accepted only until {until}",
            _ => null,
        };
}
