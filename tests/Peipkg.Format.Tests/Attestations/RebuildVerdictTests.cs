using System.Text;
using Peipkg.Format.Attestations;
using Peipkg.Format.Cryptography;

namespace Peipkg.Format.Tests.Attestations;

/// <summary>What is taken for the verdict of a rebuild, and what is not, whoever wrote it.</summary>
public sealed class RebuildVerdictTests
{
    private const string File = "demo_1.2-3_noarch.peipkg";
    private static readonly SigningKey Key = SigningKey.Load(new byte[32], "zero");
    private static readonly Sha256Digest Package = Sha256Digest.Of("the package"u8);

    private static readonly string Good = $$$$"""
        {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"{{{{File}}}}","digest":{"sha256":"{{{{Package}}}}"}}],
        "predicateType":"urn:peipkg:rebuild:1","predicate":{"verdict":"different","differences":["a","b"],"new":[{}]}}
        """;

    [Fact]
    public void A_verdict_brings_the_key_that_its_fingerprint_proves()
    {
        RebuildVerdict verdict = RebuildVerdict.Read(Sign(Good));
        Assert.Equal(RebuildOutcome.Different, verdict.Outcome);
        Assert.Equal(Key.PublicKey, verdict.Rebuilder);
        Assert.Equal(new Subject(File, Package), verdict.Package);
        Assert.Equal(["a", "b"], verdict.Differences);

        // Without the key, with another one, or with one more signature it is none.
        using SigningKey other = SigningKey.Generate();
        Refused(
            DsseEnvelope.Sign(Key, Provenance.PayloadType, Encoding.UTF8.GetBytes(Good)).Write(),
            AttestationRule.Signature
        );
        DsseEnvelope envelope = DsseEnvelope.Read(Sign(Good));
        DsseSignature signature = envelope.Signatures[0];
        Refused((envelope with { Signatures = [signature, signature] }).Write(), AttestationRule.Signature);
        string pem = Encoding.ASCII.GetString(other.PublicKey.ExportPem());
        Refused(
            (envelope with { Signatures = [signature with { PublicKey = pem }] }).Write(),
            AttestationRule.Signature
        );
        Refused(
            (
                envelope with
                {
                    Signatures = [signature with { PublicKey = pem, KeyId = other.PublicKey.Fingerprint.Text }],
                }
            ).Write(),
            AttestationRule.Signature
        );
        Refused(
            (envelope with { Signatures = [signature with { PublicKey = "no key" }] }).Write(),
            AttestationRule.Signature
        );
        Refused((envelope with { PayloadType = "text/plain" }).Write(), AttestationRule.Type);
    }

    [Theory]
    [InlineData("\"verdict\":\"different\",", "", "json-required-field")]
    [InlineData("\"different\"", "\"perhaps\"", AttestationRule.Verdict)]
    [InlineData("rebuild:1", "rebuild:2", AttestationRule.Verdict)]
    [InlineData("\"sha256\"", "\"sha1\"", AttestationRule.Verdict)]
    [InlineData("\"a\"", "1", "json-type")]
    public void A_signed_statement_that_is_no_verdict_is_refused(string from, string to, string rule)
    {
        string changed = Good.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Good, changed);
        Refused(Sign(changed), rule);
    }

    [Fact]
    public void A_key_counts_once_and_its_new_verdict_takes_the_place_of_the_old_one()
    {
        using SigningKey other = SigningKey.Generate();
        RebuildVerdict old = RebuildVerdict.Read(Sign(Good));
        RebuildVerdict fresh = RebuildVerdict.Read(Sign(Same(Good)));
        RebuildVerdict another = RebuildVerdict.Read(Sign(Same(Good), other));
        IReadOnlyList<RebuildVerdict> merged = RebuildVerdicts.Merge([old], [another, fresh, fresh]);
        Assert.Equal(2, merged.Count);
        Assert.All(merged, static verdict => Assert.Equal(RebuildOutcome.Identical, verdict.Outcome));

        // Written sorted by key, whatever the order was.
        byte[] bundle = RebuildVerdicts.Write(merged);
        Assert.Equal(bundle, RebuildVerdicts.Write(RebuildVerdicts.Merge([another], [fresh])));
        Assert.Equal(2, RebuildVerdicts.Read(bundle, Package).Count);
        Assert.Equal(
            AttestationRule.Rebuilder,
            Assert.Throws<FormatViolationException>(() => RebuildVerdicts.Merge([], [old, fresh])).Rule
        );
        Assert.Equal(
            AttestationRule.Subject,
            Assert.Throws<FormatViolationException>(() => RebuildVerdicts.Read(bundle, default)).Rule
        );
    }

    [Fact]
    public void Sizes_and_counts_are_bounded()
    {
        Refused(new byte[Limits.VerdictBytes + 1], AttestationRule.Size);
        string many = string.Join(',', Enumerable.Repeat("\"a\"", 100));
        Assert.Equal(
            RebuildVerdict.MostDifferences,
            RebuildVerdict.Read(Sign(Good.Replace("\"a\"", many, StringComparison.Ordinal))).Differences.Count
        );
        byte[] line = Sign(Good);
        byte[] lines = [.. Enumerable.Repeat(line, RebuildVerdict.MostVerdicts + 1).SelectMany(static bytes => bytes)];
        Assert.Equal(
            AttestationRule.Size,
            Assert.Throws<FormatViolationException>(() => RebuildVerdicts.Read(lines, Package)).Rule
        );
    }

    [Theory]
    [InlineData(File + ".rebuild.0123456789abcdef.json", File)]
    [InlineData(File + ".rebuild.x.json", File)]
    [InlineData(File + ".rebuilds.jsonl", File)]
    [InlineData(File + ".attestation.json", null)]
    [InlineData("demo.rebuild.x.json", null)]
    [InlineData(".rebuild.x.json", null)]
    public void The_files_of_verdicts_are_named_after_their_package(string file, string? package) =>
        Assert.Equal(package, SiblingNames.PackageOfVerdict(file));

    private static string Same(string statement) =>
        statement.Replace("\"different\"", "\"identical\"", StringComparison.Ordinal);

    private static byte[] Sign(string statement, SigningKey? key = null) =>
        DsseEnvelope.SignWithKey(key ?? Key, Provenance.PayloadType, Encoding.UTF8.GetBytes(statement)).Write();

    private static void Refused(byte[] document, string rule) =>
        Assert.Equal(rule, Assert.Throws<FormatViolationException>(() => RebuildVerdict.Read(document)).Rule);
}
