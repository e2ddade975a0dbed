using System.Security.Cryptography;
using Peipkg.CommandLine;

namespace Peipkg.Manager.Http;

/// <summary>The secret that GitHub signs deliveries with; read once, at start, and never shown.</summary>
internal sealed class WebhookSecret
{
    private const int MaxBytes = 64 * 1024;
    private const string Prefix = "sha256=";

    private readonly byte[] _secret;

    private WebhookSecret(byte[] secret) => _secret = secret;

    /// <summary>Reads the file; trailing whitespace does not belong to the secret (user documentation, configuration).</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is empty.</exception>
    public static WebhookSecret Load(string path)
    {
        byte[] content;
        try
        {
            using FileStream file = File.OpenRead(path);
            content = new byte[MaxBytes];
            content = content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"the webhook secret cannot be read ([http] webhook_secret_file): {e.Message}", e);
        }

        ReadOnlySpan<byte> secret = content.AsSpan().TrimEnd(" \t\r\n\v\f"u8);
        return secret.Length > 0
            ? new WebhookSecret(secret.ToArray())
            : throw new UserErrorException($"{path} holds no webhook secret ([http] webhook_secret_file); write one with: openssl rand -hex 32");
    }

    /// <summary>Checks an <c>X-Hub-Signature-256</c> header in a time that does not depend on where it differs.</summary>
    public bool Verifies(ReadOnlySpan<byte> body, string? header)
    {
        if (header is null || header.Length != Prefix.Length + 64 || !header.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> given = stackalloc byte[32];
        if (Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out int written) != System.Buffers.OperationStatus.Done
            || written != given.Length)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[32];
        HMACSHA256.HashData(_secret, body, expected);
        return CryptographicOperations.FixedTimeEquals(expected, given);
    }
}
