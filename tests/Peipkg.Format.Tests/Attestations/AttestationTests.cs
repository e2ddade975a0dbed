using System.Text;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Attestations;

/// <summary>What is taken for a package's attestation, and what is not, whoever wrote it.</summary>
public sealed class AttestationTests
{
    private const string File = "demo_1.2-3_noarch.peipkg";
    private static readonly SigningKey Key = SigningKey.Load(new byte[32], "zero");
    private static readonly Sha256Digest Package = Sha256Digest.Of("the package"u8);
    private static readonly Sha256Digest Bill = Sha256Digest.Of("the bill"u8);

    private static readonly string Good = $$$$$"""
        {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"{{{{{File}}}}}","digest":{"sha256":"{{{{{Package}}}}}","sha512":"00"}}],
        "predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"buildType":"x","nested":[[{}],null,true]},
        "runDetails":{"builder":{"id":"urn:peipkg:farm:f","version":{}},"byproducts":[{"name":"{{{{{File}}}}}.sbom.json",
        "digest":{"sha256":"{{{{{Bill}}}}}"}},{"name":"log"}] }}}
        """;

    [Fact]
    public void The_encoding_that_is_signed_is_the_one_of_the_published_example()
    {
        Assert.Equal(
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
            Encoding.UTF8.GetString(DsseEnvelope.Encode("http://example.com/HelloWorld", "hello world"u8))
        );
        Assert.Equal("DSSEv1 2 é 0 ", Encoding.UTF8.GetString(DsseEnvelope.Encode("é", [])));
    }

    [Fact]
    public void A_statement_about_the_package_by_a_key_that_counts_is_taken()
    {
        Attestation attestation = Judge(Sign(Good));
        Assert.Equal(Key.PublicKey, attestation.Signer);
        Assert.Equal("urn:peipkg:farm:f", attestation.Statement.Builder);
        Assert.Equal(Bill, attestation.Statement.BillOf(File));
        Assert.Null(attestation.Statement.BillOf("other"));

        // Any of several keys, in the other alphabet, with members that nobody knows.
        using SigningKey other = SigningKey.Generate();
        DsseEnvelope twice = DsseEnvelope.Sign(other, Provenance.PayloadType, Encoding.UTF8.GetBytes(Good));
        twice = twice with { Signatures = [.. twice.Signatures, .. DsseEnvelope.Read(Sign(Good)).Signatures] };
        string text = Encoding.UTF8.GetString(twice.Write());
        text = text.Replace('+', '-')
            .Replace("application/vnd.in-toto-json", Provenance.PayloadType, StringComparison.Ordinal);
        text = text.Replace("{\"payloadType\"", "{\"new\":{\"a\":[1]},\"payloadType\"", StringComparison.Ordinal);
        Assert.Equal(Key.PublicKey, Judge(Encoding.UTF8.GetBytes(text)).Signer);
    }

    [Fact]
    public void What_another_predicate_says_of_builders_and_byproducts_is_not_read()
    {
        Statement statement = Judge(
            Sign(Good.Replace("slsa.dev/provenance", "example.org/x", StringComparison.Ordinal))
        ).Statement;
        Assert.Equal("", statement.Builder);
        Assert.Empty(statement.Byproducts);
    }

    [Fact]
    public void Another_key_is_refused_by_name()
    {
        using SigningKey other = SigningKey.Generate();
        FormatViolationException refusal = Refused(Sign(Good, other), AttestationRule.Signature);
        Assert.Contains($"it is signed by {other.PublicKey.Fingerprint}", refusal.Detail, StringComparison.Ordinal);

        // A name is only a name.
        string pretended = Encoding
            .UTF8.GetString(Sign(Good, other))
            .Replace(other.PublicKey.Fingerprint.Text, Key.PublicKey.Fingerprint.Text, StringComparison.Ordinal);
        refusal = Refused(Encoding.UTF8.GetBytes(pretended), AttestationRule.Signature);
        Assert.Contains("it was changed after it was signed", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_over_the_digest_or_over_another_type_is_none()
    {
        DsseEnvelope envelope = DsseEnvelope.Sign(Key, Provenance.PayloadType, Encoding.UTF8.GetBytes(Good));
        byte[] digest = Sha256Digest.Of(DsseEnvelope.Encode(envelope.PayloadType, envelope.Payload.Span)).ToArray();
        DsseSignature signature = new(Key.PublicKey.Fingerprint.Text, Key.Sign(digest));
        Refused((envelope with { Signatures = [signature] }).Write(), AttestationRule.Signature);

        envelope = DsseEnvelope.Sign(Key, "text/plain", Encoding.UTF8.GetBytes(Good));
        Refused(envelope.Write(), AttestationRule.Type);
        Refused((envelope with { PayloadType = Provenance.PayloadType }).Write(), AttestationRule.Signature);
    }

    [Theory]
    [InlineData("Statement/v1", "Statement/v0.1", AttestationRule.Type)]
    [InlineData("\"_type\"", "\"type\"", "json-required-field")]
    [InlineData("\"subject\"", "\"subjects\"", "json-required-field")]
    [InlineData("\"predicateType\"", "\"_type\"", "json-duplicate-key")]
    [InlineData("\"sha256\":\"", "\"sha256\":\"F", AttestationRule.Subject)]
    [InlineData("\"sha512\":\"00\"", "\"sha256\":\"00\"", "json-duplicate-key")]
    [InlineData("\"urn:peipkg:farm:f\"", "[]", "json-type")]
    [InlineData("true", "1e9", "json-number")]
    public void A_signed_statement_that_is_none_is_refused(string from, string to, string rule)
    {
        string changed = Good.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Good, changed);
        Refused(Sign(changed), rule);
    }

    [Fact]
    public void A_statement_about_something_else_is_refused()
    {
        Refused(Sign(Good.Replace($"{Package}", $"{Bill}", StringComparison.Ordinal)), AttestationRule.Subject);
        Refused(
            Sign(Good.Replace("\"sha256\":\"" + Package, "\"sha1\":\"" + Package, StringComparison.Ordinal)),
            AttestationRule.Subject
        );
    }

    [Fact]
    public void Nesting_sizes_and_counts_are_bounded()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));
        Refused(Sign(Good.Replace("null", deep, StringComparison.Ordinal)), "json-depth");
        Refused(Encoding.UTF8.GetBytes("{\"x\":" + deep + "}"), "json-depth");
        Refused(new byte[Limits.AttestationBytes + 1], "json-size");
        DsseEnvelope envelope = DsseEnvelope.Read(Sign(Good));
        Refused(
            (envelope with { Signatures = [.. Enumerable.Repeat(envelope.Signatures[0], 17)] }).Write(),
            AttestationRule.Signature
        );
        Refused((envelope with { Signatures = [] }).Write(), AttestationRule.Signature);
    }

    [Theory]
    [InlineData("\"payload\":\"", "\"payload\":\"=", AttestationRule.Encoding)]
    [InlineData("\"sig\":\"", "\"sig\":\" é", AttestationRule.Encoding)]
    [InlineData("\"payload\":", "\"payloadType\":\"\",\"payload\":", "json-duplicate-key")]
    [InlineData("\"payloadType\"", "\"type\"", "json-required-field")]
    [InlineData("}]}", "}]}x", "json-trailing-data")]
    public void An_envelope_that_is_none_is_refused(string from, string to, string rule) =>
        Refused(
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Sign(Good)).Replace(from, to, StringComparison.Ordinal)),
            rule
        );

    [Fact]
    public void Whatever_is_cut_off_the_rest_is_refused()
    {
        byte[] whole = Sign(Good);
        for (int length = 0; length < whole.Length - 1; length += 13)
        {
            Assert.Throws<FormatViolationException>(() => Judge(whole.AsSpan(0, length).ToArray()));
        }
    }

    private static byte[] Sign(string statement, SigningKey? key = null) =>
        DsseEnvelope.Sign(key ?? Key, Provenance.PayloadType, Encoding.UTF8.GetBytes(statement)).Write();

    private static Attestation Judge(byte[] document) => Attestation.Judge(document, Package, [Key.PublicKey]);

    private static FormatViolationException Refused(byte[] document, string rule)
    {
        FormatViolationException refusal = Assert.Throws<FormatViolationException>(() => Judge(document));
        Assert.Equal(rule, refusal.Rule);
        return refusal;
    }
}
