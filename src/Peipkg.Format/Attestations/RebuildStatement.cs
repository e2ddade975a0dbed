using System.Buffers;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Attestations;

/// <summary>
/// What somebody says who has built a package again. As a provenance, it depends neither on the clock nor on chance: the
/// same rebuild gives the same bytes.
/// </summary>
public sealed class RebuildStatement
{
    private const string KeyPrefix = "urn:peipkg:key:";

    /// <summary>The package that was to be built again, as it is published.</summary>
    public required Subject Package { get; init; }

    /// <summary>What it says of itself.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The edition of the format that it was built for.</summary>
    public required string Edition { get; init; }

    /// <summary>What came of it.</summary>
    public required RebuildOutcome Outcome { get; init; }

    /// <summary>What was compared, by its digest: the file, or what its signature covers, which needs no key to be made again.</summary>
    public required (string What, Sha256Digest Digest) Compared { get; init; }

    /// <summary>Paths and fields that differ; the first of them are written.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>The program that built it again, and its version.</summary>
    public required (string Program, string Version) Tool { get; init; }

    /// <summary>How the rebuild was run, by name; written in this order.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>What went into the rebuild: the source, the recipe.</summary>
    public IReadOnlyList<Material> Materials { get; init; } = [];

    /// <summary>Writes the statement and signs it.</summary>
    /// <param name="key">Whoever built it again.</param>
    public RebuildVerdict Sign(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RebuildVerdict.Read(DsseEnvelope.SignWithKey(key, Provenance.PayloadType, Write(key.PublicKey)).Write());
    }

    private byte[] Write(PublicKey key)
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalJsonWriter json = new(output);
        json.BeginObject();
        Provenance.BeginStatement(json, Package, RebuildVerdict.PredicateType);
        json.BeginObject("predicate"u8);
        json.String("verdict"u8, RebuildVerdict.Text(Outcome));
        json.BeginObject("compared"u8);
        json.String("what"u8, Compared.What);
        json.BeginObject("digest"u8);
        json.String("sha256"u8, Compared.Digest.ToString());
        json.EndObject();
        json.EndObject();
        if (Outcome == RebuildOutcome.Different)
        {
            json.BeginArray("differences"u8);
            foreach (string difference in Differences.Take(RebuildVerdict.MostDifferences))
            {
                json.String(difference);
            }

            json.EndArray();
        }

        BuildDefinition.Write(json, Manifest, Edition, Facts, Materials);
        json.BeginObject("runDetails"u8);
        json.BeginObject("builder"u8);
        json.String("id"u8, KeyPrefix + key.Fingerprint.Text);
        json.BeginObject("version"u8);
        json.String(System.Text.Encoding.UTF8.GetBytes(Tool.Program), Tool.Version);
        json.EndObject();
        json.EndObject();
        json.EndObject();
        json.EndObject();
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }
}
