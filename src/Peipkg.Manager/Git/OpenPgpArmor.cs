namespace Peipkg.Manager.Git;

/// <summary>Takes OpenPGP keys out of their ASCII armour (RFC 9580 section 6); gpg itself takes them apart.</summary>
internal static class OpenPgpArmor
{
    /// <summary>The line that such a key begins with.</summary>
    public const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";

    /// <summary>The packets of every block in a text; null where one is damaged.</summary>
    public static byte[]? Decode(string text)
    {
        List<byte> packets = [];
        List<string>? block = null;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            if (line == Begin)
            {
                block = [];
            }
            else if (line == End)
            {
                // Headers end at the empty line; the checksum is a line that begins with "=".
                byte[]? decoded = Bytes(
                    string.Concat((block ?? []).SkipWhile(l => l.Length > 0).Where(l => !l.StartsWith('=')))
                );
                if (decoded is not { Length: > 0 })
                {
                    return null;
                }

                packets.AddRange(decoded);
                block = null;
            }
            else
            {
                block?.Add(line);
            }
        }

        return block is null ? [.. packets] : null;
    }

    private static byte[]? Bytes(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? bytes[..length] : null;
    }
}
