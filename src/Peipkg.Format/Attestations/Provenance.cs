using System.Buffers;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Attestations;

/// <summary>
/// How a package came to be: a SLSA provenance, version 1, in an in-toto statement, version 1. Nothing in it depends on
/// the clock or on chance, so that whoever builds the same again can say the same.
/// </summary>
public sealed class Provenance
{
    /// <summary>What a statement says that it is.</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>What a statement says that it holds.</summary>
    public const string PredicateType = "https://slsa.dev/provenance/v1";

    /// <summary>The media type of a statement.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>What kind of build it was, and so what the parameters mean.</summary>
    public const string BuildType = "urn:peipkg:build:1";

    private const string FarmPrefix = "urn:peipkg:farm:";

    /// <summary>The package.</summary>
    public required Subject Package { get; init; }

    /// <summary>What the package says of itself.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The edition of the format that it was built for.</summary>
    public required string Edition { get; init; }

    /// <summary>The program that built it, and its version.</summary>
    public required (string Program, string Version) Tool { get; init; }

    /// <summary>How the build was run, by name, such as <c>sandbox</c>; written in this order.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>What went into it: the source, the recipe.</summary>
    public IReadOnlyList<Material> Materials { get; init; } = [];

    /// <summary>What else came out of it.</summary>
    public IReadOnlyList<Material> Byproducts { get; init; } = [];

    /// <summary>Who builds under this name, as a URI.</summary>
    public static string BuilderOf(string farmId) => FarmPrefix + Uri.EscapeDataString(farmId);

    /// <summary>Writes the statement.</summary>
    public byte[] Write()
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalJsonWriter json = new(output);
        BuildInfo build = Manifest.Build;
        json.BeginObject();
        BeginStatement(json, Package, PredicateType);
        json.BeginObject("predicate"u8);

        BuildDefinition.Write(json, Manifest, Edition, Facts, Materials);
        json.BeginObject("runDetails"u8);
        json.BeginObject("builder"u8);
        json.String("id"u8, BuilderOf(build.FarmId));
        json.BeginObject("version"u8);
        json.String(System.Text.Encoding.UTF8.GetBytes(Tool.Program), Tool.Version);
        json.EndObject();
        json.EndObject();
        BuildDefinition.Write(json, "byproducts"u8, Byproducts);
        json.EndObject();

        json.EndObject();
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>What every statement about a package begins with, but for the brace before it.</summary>
    internal static void BeginStatement(CanonicalJsonWriter json, Subject package, string predicateType)
    {
        json.String("_type"u8, StatementType);
        json.BeginArray("subject"u8);
        json.BeginObject();
        json.String("name"u8, package.Name);
        json.BeginObject("digest"u8);
        json.String("sha256"u8, package.Sha256.ToString());
        json.EndObject();
        json.EndObject();
        json.EndArray();
        json.String("predicateType"u8, predicateType);
    }
}

/// <summary>What a statement speaks of.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Sha256">The digest of its bytes.</param>
public sealed record Subject(string Name, Sha256Digest Sha256);
