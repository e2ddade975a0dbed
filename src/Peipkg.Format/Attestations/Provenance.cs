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
        json.String("_type"u8, StatementType);
        json.BeginArray("subject"u8);
        json.BeginObject();
        json.String("name"u8, Package.Name);
        json.BeginObject("digest"u8);
        json.String("sha256"u8, Package.Sha256.ToString());
        json.EndObject();
        json.EndObject();
        json.EndArray();
        json.String("predicateType"u8, PredicateType);
        json.BeginObject("predicate"u8);

        json.BeginObject("buildDefinition"u8);
        json.String("buildType"u8, BuildType);
        json.BeginObject("externalParameters"u8);
        json.String("source"u8, build.SourceRef);
        json.String("package"u8, Manifest.Name.Text);
        json.String("version"u8, Manifest.Version.Text);
        json.String("architecture"u8, Manifest.Architecture.Text);
        json.String("timestamp"u8, build.Timestamp.Text);
        json.String("edition"u8, Edition);
        json.EndObject();
        json.BeginObject("internalParameters"u8);
        foreach ((string name, string value) in Facts)
        {
            json.String(System.Text.Encoding.UTF8.GetBytes(name), value);
        }

        json.EndObject();
        Write(json, "resolvedDependencies"u8, Materials);
        json.EndObject();

        json.BeginObject("runDetails"u8);
        json.BeginObject("builder"u8);
        json.String("id"u8, BuilderOf(build.FarmId));
        json.BeginObject("version"u8);
        json.String(System.Text.Encoding.UTF8.GetBytes(Tool.Program), Tool.Version);
        json.EndObject();
        json.EndObject();
        Write(json, "byproducts"u8, Byproducts);
        json.EndObject();

        json.EndObject();
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    private static void Write(CanonicalJsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<Material> materials)
    {
        json.BeginArray(name);
        foreach (Material material in materials)
        {
            json.BeginObject();
            if (material.Name.Length > 0)
            {
                json.String("name"u8, material.Name);
            }

            if (material.Uri.Length > 0)
            {
                json.String("uri"u8, material.Uri);
            }

            if ((material.Sha256 ?? material.Directory) is not null || material.Commit is not null)
            {
                json.BeginObject("digest"u8);
                OptionalText(json, "sha256"u8, material.Sha256?.ToString());
                OptionalText(json, "dirHash"u8, material.Directory?.ToString());
                OptionalText(json, "gitCommit"u8, material.Commit);
                json.EndObject();
            }

            OptionalText(json, "mediaType"u8, material.MediaType);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void OptionalText(CanonicalJsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.String(name, text);
        }
    }
}

/// <summary>What a statement speaks of.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Sha256">The digest of its bytes.</param>
public sealed record Subject(string Name, Sha256Digest Sha256);
