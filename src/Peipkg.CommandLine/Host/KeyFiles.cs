using System.Security.Cryptography;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format;
using Peipkg.Format.Cryptography;

namespace Peipkg.CommandLine.Host;

/// <summary>Reads the key files that command lines name.</summary>
public static class KeyFiles
{
    private const int RawKeySize = 32;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a private key, with a warning where others than its owner can read it too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="diagnostics">Where the warning goes.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 private key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SigningKey LoadSigningKey(string path, Diagnostics diagnostics)
    {
        byte[] content = Named(path, $"; \"peipkg-repo keygen --out {path}\" makes one");
        try
        {
            SigningKey key = SigningKey.Load(content, path);
            WarnIfReadable(path, diagnostics);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads a public key.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 public key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PublicKey LoadPublicKey(string path) => PublicKey.Load(Named(path), path);

    /// <summary>Reads a key of either kind.</summary>
    /// <param name="path">
    /// The file. Of 32 raw bytes, which a seed and a public key both are, only the name tells: <c>.pub</c> is public.
    /// </param>
    /// <param name="diagnostics">Where a warning about a readable private key goes.</param>
    /// <returns>The private key, null when the file holds a public one, and the public key.</returns>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (SigningKey? Private, PublicKey Public) LoadEither(string path, Diagnostics diagnostics)
    {
        byte[] content = Named(path, $"; \"peipkg-repo keygen --out {path}\" makes one");
        bool isPrivate =
            content.Length == RawKeySize
                ? !path.EndsWith(".pub", StringComparison.Ordinal)
                : content.AsSpan().IndexOf("PUBLIC KEY-----"u8) < 0;
        if (!isPrivate)
        {
            return (null, PublicKey.Load(content, path));
        }

        CryptographicOperations.ZeroMemory(content);
        SigningKey key = LoadSigningKey(path, diagnostics);
        return (key, key.PublicKey);
    }

    /// <summary>The fingerprint of the key in a file, private or public.</summary>
    /// <param name="path">The file, as for <see cref="LoadEither"/>.</param>
    /// <param name="diagnostics">Where a warning about a readable private key goes.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Fingerprint LoadFingerprint(string path, Diagnostics diagnostics)
    {
        (SigningKey? key, PublicKey known) = LoadEither(path, diagnostics);
        key?.Dispose();
        return known.Fingerprint;
    }

    /// <summary>A key file's bytes, never more than one over what a key file can have.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public static byte[] ReadContent(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] content = new byte[Limits.KeyFileBytes + 1];
        int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        byte[] exact = content[..length];
        CryptographicOperations.ZeroMemory(content);
        return exact;
    }

    private static byte[] Named(string path, string remedy = "")
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"{path} is a directory, not a key file");
        }

        try
        {
            return ReadContent(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no key file {path}{remedy}", exception);
        }
    }

    private static void WarnIfReadable(string path, Diagnostics diagnostics)
    {
        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            diagnostics.Warning(
                $"the private key {path} can be read by {((mode & UnixFileMode.OtherRead) != 0 ? "everybody" : "its group")}; "
                    + $"run: chmod 600 {path}"
            );
        }
    }
}
