using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;

namespace Peipkg.Format.Attestations;

/// <summary>
/// A signed document in the Dead Simple Signing Envelope, version 1, as other tools read it. A signature is over the
/// type and the payload together, not over their digest as everywhere else in this format.
/// </summary>
/// <param name="PayloadType">What the payload is, a media type.</param>
/// <param name="Payload">The document's exact bytes.</param>
/// <param name="Signatures">One or more.</param>
public sealed record DsseEnvelope(
    string PayloadType,
    ReadOnlyMemory<byte> Payload,
    IReadOnlyList<DsseSignature> Signatures
)
{
    private const int MostSignatures = 16;

    /// <summary>Signs a document.</summary>
    /// <param name="key">Signs; its fingerprint is the signature's <c>keyid</c>.</param>
    /// <param name="payloadType">What the document is.</param>
    /// <param name="payload">The document.</param>
    public static DsseEnvelope Sign(SigningKey key, string payloadType, ReadOnlyMemory<byte> payload) =>
        new(
            payloadType,
            payload,
            [new DsseSignature(key.PublicKey.Fingerprint.Text, key.Sign(Encode(payloadType, payload.Span)))]
        );

    /// <summary>The same with the signing key's public half beside the signature, for readers who know the key by fingerprint alone.</summary>
    /// <param name="key">Signs.</param>
    /// <param name="payloadType">What the document is.</param>
    /// <param name="payload">The document.</param>
    public static DsseEnvelope SignWithKey(SigningKey key, string payloadType, ReadOnlyMemory<byte> payload)
    {
        DsseEnvelope envelope = Sign(key, payloadType, payload);
        return envelope with
        {
            Signatures =
            [
                envelope.Signatures[0] with
                {
                    PublicKey = Encoding.ASCII.GetString(key.PublicKey.ExportPem()),
                },
            ],
        };
    }

    /// <summary>
    /// The bytes that are signed, the pre-authentication encoding: <c>DSSEv1 LENGTH TYPE LENGTH PAYLOAD</c>, lengths in bytes.
    /// </summary>
    public static byte[] Encode(string payloadType, ReadOnlySpan<byte> payload)
    {
        byte[] head = Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "
            )
        );
        byte[] encoded = new byte[head.Length + payload.Length];
        head.CopyTo(encoded, 0);
        payload.CopyTo(encoded.AsSpan(head.Length));
        return encoded;
    }

    /// <summary>The first of the keys that has signed; null where none has.</summary>
    public PublicKey? FindSigner(IEnumerable<PublicKey> keys)
    {
        byte[] signed = Encode(PayloadType, Payload.Span);
        return keys.FirstOrDefault(key =>
            Signatures.Any(signature =>
                signature.KeyId == key.Fingerprint.Text && key.Verify(signed, signature.Value.Span)
            )
        );
    }

    /// <summary>Writes the envelope.</summary>
    public byte[] Write()
    {
        ArrayBufferWriter<byte> output = new((Payload.Length * 4 / 3) + 512);
        CanonicalJsonWriter json = new(output);
        json.BeginObject();
        json.String("payloadType"u8, PayloadType);
        json.String("payload"u8, Convert.ToBase64String(Payload.Span));
        json.BeginArray("signatures"u8);
        foreach (DsseSignature signature in Signatures)
        {
            json.BeginObject();
            json.String("keyid"u8, signature.KeyId);
            json.String("sig"u8, Convert.ToBase64String(signature.Value.Span));
            if (signature.PublicKey is { } key)
            {
                json.String("public_key"u8, key);
            }

            json.EndObject();
        }

        json.EndArray();
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads an envelope; members that it does not know are passed over, as the format asks.</summary>
    /// <param name="utf8">At most <see cref="Limits.AttestationBytes"/>.</param>
    /// <exception cref="FormatViolationException">The bytes are no envelope.</exception>
    public static DsseEnvelope Read(ReadOnlySpan<byte> utf8)
    {
        StrictJsonReader json = new(utf8, Limits.AttestationBytes);
        string? type = null;
        byte[]? payload = null;
        List<DsseSignature>? signatures = null;
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("payloadType"u8))
            {
                type = json.ReadString();
            }
            else if (json.NameIs("payload"u8))
            {
                payload = ReadBase64(ref json);
            }
            else if (json.NameIs("signatures"u8))
            {
                signatures = ReadSignatures(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        DsseEnvelope envelope = new(
            type ?? throw json.Missing("payloadType"),
            payload ?? throw json.Missing("payload"),
            signatures ?? throw json.Missing("signatures")
        );
        json.EndDocument();
        return envelope;
    }

    private static List<DsseSignature> ReadSignatures(ref StrictJsonReader json)
    {
        List<DsseSignature> signatures = [];
        json.BeginArray();
        while (json.NextElement())
        {
            if (signatures.Count == MostSignatures)
            {
                throw json.Violation(AttestationRule.Signature, $"there are more than {MostSignatures} signatures");
            }

            string keyId = "";
            byte[]? value = null;
            string? key = null;
            json.BeginObject();
            while (json.NextMember())
            {
                if (json.NameIs("keyid"u8))
                {
                    keyId = json.ReadString();
                }
                else if (json.NameIs("sig"u8))
                {
                    value = ReadBase64(ref json);
                }
                else if (json.NameIs("public_key"u8))
                {
                    key = json.ReadString();
                }
                else
                {
                    json.Skip();
                }
            }

            signatures.Add(new DsseSignature(keyId, value ?? throw json.Missing("sig")) { PublicKey = key });
        }

        return signatures.Count > 0
            ? signatures
            : throw json.Violation(AttestationRule.Signature, "the envelope has no signature");
    }

    // Either alphabet is allowed to whoever writes one.
    private static byte[] ReadBase64(ref StrictJsonReader json)
    {
        string text = json.ReadString();
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64String(text.Replace('-', '+').Replace('_', '/'), bytes, out int count)
            ? bytes[..count]
            : throw json.Violation(AttestationRule.Encoding, "the text is not base64");
    }
}

/// <summary>One signature of an envelope.</summary>
/// <param name="KeyId">Names the key, by its fingerprint where these tools have signed; says nothing by itself.</param>
/// <param name="Value">The signature.</param>
public sealed record DsseSignature(string KeyId, ReadOnlyMemory<byte> Value)
{
    /// <summary>The public key in PEM, a member of these tools' own; it proves nothing unless its fingerprint is known.</summary>
    public string? PublicKey { get; init; }
}
