using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// Takes Ed25519 keys out of the files people have: 32 raw bytes, or PEM holding PKCS#8 or SubjectPublicKeyInfo
/// (§5.2.2, RFC 8410). Whatever else such a file may hold is named in the error instead of being called invalid.
/// </summary>
internal static class KeyEncoding
{
    internal const int KeySize = 32;
    internal const string PrivateLabel = "PRIVATE KEY";
    internal const string PublicLabel = "PUBLIC KEY";

    private const string Ed25519Oid = "1.3.101.112";

    /// <summary>The 32-byte seed.</summary>
    internal static byte[] ReadPrivate(ReadOnlySpan<byte> content, string fileName)
    {
        if (content.Length == KeySize)
        {
            return content.ToArray();
        }

        byte[] der = FindPem(content, fileName, PrivateLabel, "private");
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader key = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            key.ReadInteger();
            RequireEd25519(key.ReadSequence(), fileName);
            byte[] wrapped = key.ReadOctetString();
            byte[] seed = AsnDecoder.ReadOctetString(wrapped, AsnEncodingRules.DER, out int read);
            return seed.Length == KeySize && read == wrapped.Length
                ? seed
                : throw Broken(fileName, "its private key is not 32 bytes long");
        }
        catch (AsnContentException)
        {
            throw Broken(fileName, "the block does not decode as PKCS#8; the file may be cut off");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <summary>The 32-byte public key.</summary>
    internal static byte[] ReadPublic(ReadOnlySpan<byte> content, string fileName)
    {
        if (content.Length == KeySize)
        {
            return content.ToArray();
        }

        byte[] der = FindPem(content, fileName, PublicLabel, "public");
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader key = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            RequireEd25519(key.ReadSequence(), fileName);
            byte[] raw = key.ReadBitString(out int unusedBits);
            key.ThrowIfNotEmpty();
            return raw.Length == KeySize && unusedBits == 0
                ? raw
                : throw Broken(fileName, "its public key is not 32 bytes long");
        }
        catch (AsnContentException)
        {
            throw Broken(fileName, "the block does not decode as SubjectPublicKeyInfo; the file may be cut off");
        }
    }

    private static byte[] FindPem(ReadOnlySpan<byte> content, string fileName, string wanted, string kind)
    {
        if (content.Length > Limits.KeyFileBytes)
        {
            throw new KeyFileException(
                $"{fileName}: not a key file: it has {content.Length} bytes, a key has a few hundred at most."
            );
        }

        string text = Encoding.Latin1.GetString(content);
        if (!PemEncoding.TryFind(text, out PemFields found))
        {
            throw text.Contains("-----BEGIN ", StringComparison.Ordinal)
                ? Broken(fileName, "the PEM block is damaged or cut off before its END line")
                : new KeyFileException(
                    $"{fileName}: not an Ed25519 {kind} key: expected exactly {KeySize} raw bytes or a PEM block "
                        + $"\"{wanted}\", found {content.Length} bytes of something else."
                );
        }

        string label = text[found.Label];
        if (label != wanted)
        {
            throw new KeyFileException($"{fileName}: {Describe(label, wanted)}");
        }

        if (PemEncoding.TryFind(text.AsSpan()[found.Location.End..], out _))
        {
            throw new KeyFileException($"{fileName}: holds more than one PEM block; leave only the {kind} key in it.");
        }

        byte[] der = new byte[found.DecodedDataLength];
        return Convert.TryFromBase64String(text[found.Base64Data], der, out int written) && written == der.Length
            ? der
            : throw Broken(fileName, "the PEM block's base64 does not decode");
    }

    private static string Describe(string label, string wanted) =>
        label switch
        {
            "ENCRYPTED PRIVATE KEY" => "the key is encrypted; these tools read plain keys only. Decrypt it with "
                + "'openssl pkey -in FILE -out PLAIN' and protect the result by its file mode.",
            "OPENSSH PRIVATE KEY" =>
                "this is an OpenSSH key; make one with 'peipkg-repo keygen' or 'openssl genpkey -algorithm ed25519'.",
            "RSA PRIVATE KEY" or "EC PRIVATE KEY" or "DSA PRIVATE KEY" =>
                $"this is an {label[..label.IndexOf(' ', StringComparison.Ordinal)]} key; packages are signed with Ed25519 only.",
            PrivateLabel =>
                "this is a private key where a public key is expected; keep it to yourself and pass the public one.",
            PublicLabel => "this is a public key where the private key is expected.",
            "CERTIFICATE" => "this is a certificate, not a key.",
            _ => $"holds a PEM block \"{label}\" where \"{wanted}\" is expected.",
        };

    private static void RequireEd25519(AsnReader algorithm, string fileName)
    {
        string oid = algorithm.ReadObjectIdentifier();
        if (oid != Ed25519Oid)
        {
            string name = oid switch
            {
                "1.2.840.113549.1.1.1" => "an RSA",
                "1.2.840.10045.2.1" => "an elliptic-curve (ECDSA)",
                "1.3.101.110" => "an X25519",
                "1.3.101.113" => "an Ed448",
                _ => $"an unknown ({oid})",
            };
            throw new KeyFileException($"{fileName}: this is {name} key; packages are signed with Ed25519 only.");
        }

        algorithm.ThrowIfNotEmpty();
    }

    private static KeyFileException Broken(string fileName, string why) =>
        new($"{fileName}: the key cannot be read: {why}.");
}
