using System.Security.Cryptography;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>
/// The secrets that a forge may use, read at start and on SIGHUP, and never shown. Several at once, so that one can be replaced
/// while deliveries arrive. Each is tried on every delivery, in a time that tells nothing about them.
/// </summary>
internal sealed class WebhookSecrets
{
    private readonly byte[][] _secrets;

    private WebhookSecrets(byte[][] secrets) => _secrets = secrets;

    /// <summary>The secrets of every forge that may deliver; none where nothing listens.</summary>
    /// <exception cref="UserErrorException">One cannot be read, or is empty.</exception>
    public static IReadOnlyDictionary<Forge, WebhookSecrets> Load(HttpConfig http) =>
        http.Address is null
            ? new Dictionary<Forge, WebhookSecrets>()
            : Forge
                .All.Where(forge => http.SecretFilesOf(forge.Name).Count > 0)
                .ToDictionary(forge => forge, forge => Load(http.SecretFilesOf(forge.Name)));

    /// <summary>Reads the files; trailing whitespace does not belong to a secret (user documentation, configuration).</summary>
    /// <exception cref="UserErrorException">One cannot be read, or is empty.</exception>
    public static WebhookSecrets Load(IReadOnlyList<string> paths) => new([.. paths.Select(Read)]);

    /// <summary>The secrets themselves, only for <see cref="Secrets.Redactor"/>.</summary>
    public IEnumerable<string> Texts => _secrets.Select(Encoding.UTF8.GetString);

    /// <summary>Checks the HMAC-SHA256 of a body.</summary>
    /// <param name="body">The body, as received.</param>
    /// <param name="signature">64 hexadecimal digits.</param>
    public bool Verify(ReadOnlySpan<byte> body, ReadOnlySpan<char> signature)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (
            signature.Length != 2 * given.Length
            || Convert.FromHexString(signature, given, out _, out _) != System.Buffers.OperationStatus.Done
        )
        {
            return false;
        }

        bool valid = false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (byte[] secret in _secrets)
        {
            HMACSHA256.HashData(secret, body, expected);
            valid |= CryptographicOperations.FixedTimeEquals(expected, given);
        }

        return valid;
    }

    /// <summary>Checks a token that is one of the secrets itself.</summary>
    public bool Accept(string token)
    {
        // Digests have one length, so not even that of a secret shows.
        byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        bool valid = false;
        foreach (byte[] secret in _secrets)
        {
            valid |= CryptographicOperations.FixedTimeEquals(SHA256.HashData(secret), given);
        }

        return valid;
    }

    private static byte[] Read(string path)
    {
        byte[] content;
        try
        {
            using FileStream file = File.OpenRead(path);
            content = new byte[ManagerLimits.SecretBytes];
            content = content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the webhook secret cannot be read ([http]): {exception.Message}", exception);
        }

        ReadOnlySpan<byte> secret = content.AsSpan().TrimEnd(" \t\r\n\v\f"u8);
        return secret.Length > 0
            ? secret.ToArray()
            : throw new UserErrorException(
                $"{path} holds no webhook secret ([http]); write one with: openssl rand -hex 32"
            );
    }
}
