using Peipkg.CommandLine.Host;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Repositories;
using Peipkg.Posix.Files;

namespace Peipkg.Repo.Reading;

/// <summary>The key files of a repository's directory.</summary>
internal static class PublishedKeys
{
    /// <summary>Reads the key files that a descriptor names.</summary>
    /// <param name="root">The repository's directory.</param>
    /// <param name="descriptor">Its descriptor.</param>
    internal static Keyring Read(string root, Descriptor descriptor) =>
        Keyring.Load(
            descriptor,
            // A key published elsewhere may lie at the conventional place as well.
            static key =>
                RepositoryLayout.DescribedPath(key.Url) ?? RepositoryLayout.KeyPath(key.Fingerprint),
            path => ReadFile(Path.Combine(root, path))
        );

    private static byte[]? ReadFile(string path) =>
        FileStatus.Of(path, followLinks: true) switch
        {
            null => null,
            { IsRegular: false } => throw new KeyFileException(
                $"{path} is not a regular file; put the public key there"
            ),
            _ => KeyFiles.ReadContent(path),
        };
}
