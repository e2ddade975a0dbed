using System.Security.Cryptography;
using Peipkg.CommandLine;
using Peipkg.Format;
using Peipkg.Format.Signing;

namespace Peipkg.Repo.State;

/// <summary>Reads key files from the disk, warning of private ones that others can read.</summary>
internal static class KeyFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a private key.</summary>
    /// <exception cref="UserErrorException">No file is there.</exception>
    /// <exception cref="KeyFileException">The file holds no Ed25519 private key.</exception>
    internal static SigningKey ReadSigningKey(string path, Diagnostics diagnostics)
    {
        byte[] content;
        try
        {
            content = ReadBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no key file {path}; \"peipkg-repo keygen --out {path}\" makes one", error);
        }

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

    /// <summary>Reads a key file's bytes, never more than one can have.</summary>
    internal static byte[] ReadBytes(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        byte[] content = new byte[Limits.KeyFileBytes + 1];
        int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        byte[] exact = content[..length];
        CryptographicOperations.ZeroMemory(content);
        return exact;
    }

    /// <summary>Warns when others than its owner can read a private key.</summary>
    internal static void WarnIfReadable(string path, Diagnostics diagnostics)
    {
        UnixFileMode mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
        {
            diagnostics.Warning(
                $"the private key {path} can be read by {((mode & UnixFileMode.OtherRead) != 0 ? "everybody" : "its group")}; "
                + $"run: chmod 600 {path}");
        }
    }
}
