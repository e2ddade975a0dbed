namespace Peipkg.Recipes.Upstreams;

/// <summary>Takes OpenPGP keys out of their ASCII armour (RFC 9580 section 6); gpg itself takes them apart.</summary>
public static class OpenPgpArmor
{
    private const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";

    /// <summary>Whether a text holds such a key.</summary>
    /// <param name="text">The text of a file.</param>
    public static bool IsIn(string text) => text.Contains(Begin, StringComparison.Ordinal);

    /// <summary>The packets of every block in a text; null where one is damaged.</summary>
    /// <param name="text">The text of a file.</param>
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

        return block is null && packets.Count > 0 ? [.. packets] : null;
    }

    private static byte[]? Bytes(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? bytes[..length] : null;
    }
}
