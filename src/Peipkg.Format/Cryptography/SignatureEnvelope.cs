using System.Buffers;
using Peipkg.Format.Json;

namespace Peipkg.Format.Cryptography;

/// <summary>
/// A signature with the fingerprint of its key (§5.1.3): the content of <c>.peipkg/signature</c> and of every
/// <c>.sig</c> file. What is signed is always the SHA-256 digest of the bytes concerned.
/// </summary>
/// <param name="KeyFingerprint">Names the key.</param>
/// <param name="Signature">64 bytes of Ed25519.</param>
public sealed record SignatureEnvelope(Fingerprint KeyFingerprint, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Bytes of a decoded signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>Bytes of every envelope this library writes; all of its parts have fixed lengths.</summary>
    public const int WrittenSize = 229;

    private const string Algorithm = "ed25519";

    /// <summary>Signs a digest.</summary>
    public static SignatureEnvelope Sign(SigningKey key, Sha256Digest digest) =>
        new(key.PublicKey.Fingerprint, key.Sign(digest.ToArray()));

    /// <summary>Signs a document's exact bytes, as for <c>repo.json.sig</c> (§6.1.6, §6.2.1).</summary>
    public static SignatureEnvelope Sign(SigningKey key, ReadOnlySpan<byte> document) =>
        Sign(key, Sha256Digest.Of(document));

    /// <summary>Whether the signature is this key's over the digest; false also for another key.</summary>
    public bool Verifies(PublicKey key, Sha256Digest digest) =>
        key.Fingerprint == KeyFingerprint && key.Verify(digest.ToArray(), Signature.Span);

    /// <summary>Whether the signature is this key's over the document's exact bytes.</summary>
    public bool Verifies(PublicKey key, ReadOnlySpan<byte> document) => Verifies(key, Sha256Digest.Of(document));

    /// <summary>Writes the canonical form, <see cref="WrittenSize"/> bytes with the newline at the end.</summary>
    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>(WrittenSize);
        var json = new CanonicalJsonWriter(output);
        json.BeginObject();
        json.Integer("schema_version"u8, 1ul);
        json.String("algorithm"u8, Algorithm);
        json.String("key_fingerprint"u8, KeyFingerprint.Text);
        json.String("signature"u8, Convert.ToBase64String(Signature.Span).TrimEnd('='));
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Reads an envelope. Alone among the documents it may hold nothing unknown (§5.1.3).
    /// </summary>
    /// <param name="utf8">At most <see cref="Limits.SignatureBytes"/>.</param>
    /// <exception cref="FormatViolationException">The bytes are no envelope of this version.</exception>
    public static SignatureEnvelope Read(ReadOnlySpan<byte> utf8)
    {
        var json = new StrictJsonReader(utf8, Limits.SignatureBytes);
        bool version = false;
        bool algorithm = false;
        Fingerprint? fingerprint = null;
        byte[]? signature = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("schema_version"u8))
            {
                ulong value = json.ReadUInt64();
                version =
                    value == 1
                        ? true
                        : throw json.Violation(
                            "signature-schema-version",
                            $"the signature has schema version {value}; this tool knows version 1"
                        );
            }
            else if (json.NameIs("algorithm"u8))
            {
                algorithm =
                    json.ReadString() == Algorithm
                        ? true
                        : throw json.Violation(
                            "signature-algorithm",
                            "the signature's algorithm is not \"ed25519\", the only one defined"
                        );
            }
            else if (json.NameIs("key_fingerprint"u8))
            {
                fingerprint = Fingerprint.TryParse(json.ReadString(), out Fingerprint value, out string? error)
                    ? value
                    : throw json.Violation("signature-fingerprint", error);
            }
            else if (json.NameIs("signature"u8))
            {
                signature =
                    Decode(json.ReadString())
                    ?? throw json.Violation(
                        "signature-encoding",
                        $"the signature is not base64 without padding of {SignatureSize} bytes"
                    );
            }
            else
            {
                throw json.Violation(
                    "signature-unknown-field",
                    "a signature has no such field; it may be of a later version than this tool knows"
                );
            }
        }

        json.EndDocument();
        if (!version || !algorithm)
        {
            throw json.Missing(version ? "algorithm" : "schema_version");
        }

        return new SignatureEnvelope(
            fingerprint ?? throw json.Missing("key_fingerprint"),
            signature ?? throw json.Missing("signature")
        );
    }

    private static byte[]? Decode(string text)
    {
        byte[] bytes = new byte[SignatureSize];

        // 64 bytes are 86 digits; the last holds four spare bits, which must be zero or two texts would mean one signature.
        return
            text.Length == 86
            && !text.Contains('=', StringComparison.Ordinal)
            && Convert.TryFromBase64String(text + "==", bytes, out int written)
            && written == SignatureSize
            && Convert.ToBase64String(bytes).StartsWith(text, StringComparison.Ordinal)
            ? bytes
            : null;
    }
}
