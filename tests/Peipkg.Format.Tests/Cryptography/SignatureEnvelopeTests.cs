using System.Text;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Cryptography;

/// <summary>The envelope of §5.1.3, the one document that allows nothing unknown.</summary>
public sealed class SignatureEnvelopeTests
{
    private static readonly SigningKey Key = SigningKey.Load(new byte[32], "zero");
    private static readonly string Text = Encoding.UTF8.GetString(SignatureEnvelope.Sign(Key, "document"u8).Write());

    [Fact]
    public void An_envelope_has_one_form_and_one_length()
    {
        Assert.Matches(
            "^\\{\"schema_version\":1,\"algorithm\":\"ed25519\",\"key_fingerprint\":\"[0-9a-f]{64}\",\"signature\":\"[A-Za-z0-9+/]{86}\"\\}\n$",
            Text
        );
        Assert.Equal(SignatureEnvelope.WrittenSize, Text.Length);
    }

    [Fact]
    public void What_is_written_is_read_and_verifies_over_the_digest()
    {
        SignatureEnvelope read = SignatureEnvelope.Read(Encoding.UTF8.GetBytes(Text));

        Assert.True(read.Verifies(Key.PublicKey, "document"u8));
        Assert.True(read.Verifies(Key.PublicKey, Sha256Digest.Of("document"u8)));
        Assert.False(read.Verifies(Key.PublicKey, "Document"u8));
        using SigningKey other = SigningKey.Generate();
        Assert.False(read.Verifies(other.PublicKey, "document"u8));

        // An older draft signed the raw bytes; that is not what verifies.
        SignatureEnvelope raw = new SignatureEnvelope(Key.PublicKey.Fingerprint, Key.Sign("document"u8));
        Assert.False(raw.Verifies(Key.PublicKey, "document"u8));
    }

    [Theory]
    [InlineData("\"schema_version\":1", "\"schema_version\":2", "signature-schema-version")]
    [InlineData("\"schema_version\":1,", "", "json-required-field")]
    [InlineData("ed25519", "ed448", "signature-algorithm")]
    [InlineData("\"algorithm\":\"ed25519\",", "", "json-required-field")]
    [InlineData("}", ",\"comment\":\"\"}", "signature-unknown-field")]
    [InlineData("}", ",\"algorithm\":\"ed25519\"}", "json-duplicate-key")]
    [InlineData("\"signature\":\"", "\"signature\":\"A", "signature-encoding")]
    [InlineData("\"}", "==\"}", "signature-encoding")]
    [InlineData("\"key_fingerprint\":\"", "\"key_fingerprint\":\"0", "signature-fingerprint")]
    [InlineData("}\n", "}\n{}", "json-trailing-data")]
    public void Anything_else_is_refused_by_its_rule(string from, string to, string rule)
    {
        byte[] changed = Encoding.UTF8.GetBytes(Text.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => SignatureEnvelope.Read(changed)).Rule);
    }

    [Fact]
    public void A_missing_fingerprint_or_signature_is_refused()
    {
        Assert.Throws<FormatViolationException>(() =>
            SignatureEnvelope.Read("{\"schema_version\":1,\"algorithm\":\"ed25519\"}\n"u8)
        );
    }

    [Fact]
    public void Spare_bits_of_the_base64_must_be_zero()
    {
        // The 86th digit carries two bits of signature and four that mean nothing; each signature has one text only.
        int last = Text.IndexOf("\"}", StringComparison.Ordinal) - 1;
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char twin = Digits[Digits.IndexOf(Text[last], StringComparison.Ordinal) ^ 1];
        byte[] changed = Encoding.UTF8.GetBytes(Text[..last] + twin + Text[(last + 1)..]);

        Assert.Equal(
            "signature-encoding",
            Assert.Throws<FormatViolationException>(() => SignatureEnvelope.Read(changed)).Rule
        );
    }
}
