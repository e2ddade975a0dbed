using System.Text;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;

namespace Peipkg.Format.Attestations;

/// <summary>What came of building a package again.</summary>
public enum RebuildOutcome
{
    /// <summary>The same bytes, or the same content under the original's signature.</summary>
    Identical,

    /// <summary>Other bytes.</summary>
    Different,

    /// <summary>The build failed.</summary>
    Unbuildable,
}

/// <summary>
/// What somebody else than the package's builder says after building it again: a statement in an envelope that brings its
/// own key. Such a verdict proves only that the key's holder says so; whoever reads it decides whose keys count.
/// </summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Rebuilder">Whose signature it has.</param>
/// <param name="Package">The package that it speaks of.</param>
/// <param name="Differences">The first paths and fields that differ, for people; what strangers named.</param>
/// <param name="Envelope">The document.</param>
public sealed record RebuildVerdict(
    RebuildOutcome Outcome,
    PublicKey Rebuilder,
    Subject Package,
    IReadOnlyList<string> Differences,
    DsseEnvelope Envelope
)
{
    /// <summary>What a statement says that it holds.</summary>
    public const string PredicateType = "urn:peipkg:rebuild:1";

    /// <summary>The most verdicts that lie beside one package.</summary>
    public const int MostVerdicts = 64;

    /// <summary>The most differences that a verdict names.</summary>
    public const int MostDifferences = 16;

    /// <summary>Reads a verdict and verifies its signature by the key that it brings.</summary>
    /// <param name="document">The file's bytes, at most <see cref="Limits.VerdictBytes"/>.</param>
    /// <exception cref="FormatViolationException">It is none, or was changed after it was signed.</exception>
    public static RebuildVerdict Read(ReadOnlySpan<byte> document)
    {
        if (document.Length > Limits.VerdictBytes)
        {
            throw Broken(
                AttestationRule.Size,
                "",
                $"a verdict has at most {Limits.VerdictBytes} bytes, not {document.Length}"
            );
        }

        DsseEnvelope envelope = DsseEnvelope.Read(document);
        if (envelope.PayloadType != Provenance.PayloadType)
        {
            throw Broken(AttestationRule.Type, "/payloadType", $"what it holds is not {Provenance.PayloadType}");
        }

        PublicKey key = SignerOf(envelope);
        try
        {
            Statement statement = Statement.Read(envelope.Payload.Span);
            if (statement.PredicateType != PredicateType)
            {
                throw Broken(
                    AttestationRule.Verdict,
                    "/predicateType",
                    $"it is no verdict of a rebuild ({PredicateType})"
                );
            }

            if (statement.Subjects is not [var package])
            {
                throw Broken(AttestationRule.Verdict, "/subject", "a verdict speaks of one package, by its SHA-256");
            }

            (RebuildOutcome outcome, IReadOnlyList<string> differences) = ReadPredicate(statement.Predicate.Span);
            return new RebuildVerdict(outcome, key, package, differences, envelope);
        }
        catch (FormatViolationException exception)
        {
            throw exception.Within("/payload");
        }
    }

    /// <summary>The word for an outcome in documents.</summary>
    public static string Text(RebuildOutcome outcome) =>
        outcome switch
        {
            RebuildOutcome.Identical => "identical",
            RebuildOutcome.Different => "different",
            _ => "unbuildable",
        };

    private static PublicKey SignerOf(DsseEnvelope envelope)
    {
        const string Place = "/signatures";
        if (envelope.Signatures is not [{ PublicKey: { } pem } signature])
        {
            throw Broken(
                AttestationRule.Signature,
                Place,
                "a verdict has one signature, with the signing key in public_key"
            );
        }

        PublicKey key;
        try
        {
            key = PublicKey.Load(Encoding.UTF8.GetBytes(pem), "public_key");
        }
        catch (KeyFileException exception)
        {
            throw Broken(AttestationRule.Signature, Place, exception.Message);
        }

        return signature.KeyId != key.Fingerprint.Text
                ? throw Broken(
                    AttestationRule.Signature,
                    Place,
                    $"it names another key than the one that it brings, {key.Fingerprint}"
                )
            : envelope.FindSigner([key]) is null
                ? throw Broken(
                    AttestationRule.Signature,
                    Place,
                    $"the signature is not {key.Fingerprint}'s over this content; it was changed after it was signed, or never signed"
                )
            : key;
    }

    private static (RebuildOutcome Outcome, IReadOnlyList<string> Differences) ReadPredicate(
        ReadOnlySpan<byte> predicate
    )
    {
        StrictJsonReader json = new(predicate, Limits.VerdictBytes);
        string? said = null;
        List<string> differences = [];
        json.BeginObject();
        while (json.NextMember())
        {
            if (json.NameIs("verdict"u8))
            {
                said = json.ReadString();
            }
            else if (json.NameIs("differences"u8))
            {
                json.BeginArray();
                while (json.NextElement())
                {
                    string difference = json.ReadString();
                    if (differences.Count < MostDifferences)
                    {
                        differences.Add(difference);
                    }
                }
            }
            else
            {
                json.Skip();
            }
        }

        foreach (RebuildOutcome outcome in Enum.GetValues<RebuildOutcome>())
        {
            if (Text(outcome) == said)
            {
                return (outcome, differences);
            }
        }

        throw said is null
            ? json.Missing("verdict")
            : json.Violation(AttestationRule.Verdict, "a verdict is identical, different or unbuildable");
    }

    private static FormatViolationException Broken(string rule, string place, string detail) =>
        new(rule, place, detail);
}
