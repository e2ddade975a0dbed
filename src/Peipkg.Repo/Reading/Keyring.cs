using Peipkg.CommandLine.Host;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Identity;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Reading;

/// <summary>A key file that does not serve.</summary>
/// <param name="Path">The file, below the root.</param>
/// <param name="Status">The status of the key it should hold.</param>
/// <param name="Text">What is wrong with it.</param>
internal sealed record KeyProblem(string Path, KeyStatus Status, string Text);

/// <summary>The keys of a descriptor with their files (§6.1.3): who may sign for the repository, and until when.</summary>
internal sealed class Keyring
{
    private readonly Dictionary<Fingerprint, DescriptorKey> _listed;
    private readonly Dictionary<Fingerprint, PublicKey> _keys = [];
    private readonly List<KeyProblem> _problems = [];

    private Keyring(Descriptor descriptor) => _listed = descriptor.Keys.ToDictionary(static key => key.Fingerprint);

    /// <summary>Key files that are missing or hold another key, with what is wrong.</summary>
    internal IReadOnlyList<KeyProblem> Problems => _problems;

    /// <summary>Reads the key files that a descriptor names.</summary>
    /// <param name="root">The repository's directory.</param>
    /// <param name="descriptor">Its descriptor.</param>
    internal static Keyring Load(string root, Descriptor descriptor) =>
        Load(
            descriptor,
            // A key published elsewhere may lie at the conventional place as well.
            static key =>
                RepositoryLayout.DescribedPath(key.Url) ?? RepositoryLayout.KeyPath(key.Fingerprint),
            path => ReadPublished(Path.Combine(root, path))
        );

    /// <summary>Reads the key files that a descriptor names, wherever they are.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="locate">Where a key's file is, in words for people too.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="wanted">Which keys are read; null for all.</param>
    internal static Keyring Load(
        Descriptor descriptor,
        Func<DescriptorKey, string> locate,
        Func<string, byte[]> read,
        Func<DescriptorKey, bool>? wanted = null
    )
    {
        Keyring keyring = new(descriptor);
        foreach (DescriptorKey key in descriptor.Keys.Where(wanted ?? (static _ => true)))
        {
            string path = locate(key);
            try
            {
                PublicKey loaded = PublicKey.Load(read(path), path);
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
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                keyring._problems.Add(
                    new KeyProblem(path, key.Status, "the key file is missing; put the public key there")
                );
            }
            catch (KeyFileException error)
            {
                keyring._problems.Add(new KeyProblem(path, key.Status, error.Message));
            }
        }

        return keyring;
    }

    private static byte[] ReadPublished(string path) =>
        FileStatus.Of(path, followLinks: true) is { IsRegular: false }
            ? throw new KeyFileException($"{path} is not a regular file; put the public key there")
            : KeyFiles.ReadContent(path);

    /// <summary>The listed key, if its file could be read.</summary>
    internal PublicKey? Find(Fingerprint fingerprint) => _keys.GetValueOrDefault(fingerprint);

    /// <summary>The keys that are not revoked: what they signed while they counted still says something.</summary>
    internal IReadOnlyList<PublicKey> NotRevoked() =>
        [.. _keys.Values.Where(key => StatusOf(key.Fingerprint) != KeyStatus.Revoked)];

    /// <summary>The keys whose signatures count at a time (§6.1.4).</summary>
    internal IReadOnlyList<PublicKey> CountingAt(Timestamp at) =>
        [.. _keys.Values.Where(key => WhyNot(key.Fingerprint, at) is null)];

    /// <summary>The status a descriptor gives a key, null when it does not list it.</summary>
    internal KeyStatus? StatusOf(Fingerprint fingerprint) => _listed.GetValueOrDefault(fingerprint)?.Status;

    /// <summary>Why a signature of this key does not count at a time (§6.1.4).</summary>
    /// <returns>Null when it counts; else a clause after "the key …".</returns>
    internal string? WhyNot(Fingerprint fingerprint, Timestamp at) =>
        _listed.GetValueOrDefault(fingerprint) switch
        {
            null => "is not listed in repo.json",
            { Status: KeyStatus.Revoked } => "is revoked",
            { Status: KeyStatus.Transitioning, ValidUntil: { } until } when until.CompareTo(at) < 0 =>
                $"was accepted only until {until}",
            _ => null,
        };
}
