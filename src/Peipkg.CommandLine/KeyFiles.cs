using System.Security.Cryptography;
using Peipkg.Format;
using Peipkg.Format.Signing;

namespace Peipkg.CommandLine;

/// <summary>Reads the key files that command lines name.</summary>
public static class KeyFiles
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a private key, with a warning where others than its owner can read it too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="diagnostics">Where the warning goes.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 private key.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SigningKey LoadSigningKey(string path, Diagnostics diagnostics)
    {
        byte[] content = Read(path, out UnixFileMode mode);
        try
        {
            SigningKey key = SigningKey.Load(content, path);
            if ((mode & Others) != 0)
            {
                diagnostics.Warning(
                    $"the private key {path} can be read by {((mode & UnixFileMode.OtherRead) != 0 ? "everybody" : "its group")}; "
                    + $"run: chmod 600 {path}");
            }

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
    public static PublicKey LoadPublicKey(string path) => PublicKey.Load(Read(path, out _), path);

    private static byte[] Read(string path, out UnixFileMode mode)
    {
        if (Directory.Exists(path))
        {
            throw new UserErrorException($"{path} is a directory, not a key file");
        }

        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            mode = File.GetUnixFileMode(file.SafeFileHandle);
            byte[] content = new byte[Limits.KeyFileBytes + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            byte[] exact = content[..length];
            CryptographicOperations.ZeroMemory(content);
            return exact;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no key file {path}", exception);
        }
    }
}
