using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Attestations;

/// <summary>What a build was asked for, and what went into it: the same in a provenance and in the verdict of a rebuild.</summary>
internal static class BuildDefinition
{
    /// <summary>Writes the member <c>buildDefinition</c>.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="manifest">What the package says of itself.</param>
    /// <param name="edition">The edition of the format.</param>
    /// <param name="facts">How the build was run, in this order.</param>
    /// <param name="materials">What went into it.</param>
    internal static void Write(
        CanonicalJsonWriter json,
        Manifest manifest,
        string edition,
        IReadOnlyList<(string Name, string Value)> facts,
        IReadOnlyList<Material> materials
    )
    {
        json.BeginObject("buildDefinition"u8);
        json.String("buildType"u8, Provenance.BuildType);
        json.BeginObject("externalParameters"u8);
        json.String("source"u8, manifest.Build.SourceRef);
        json.String("package"u8, manifest.Name.Text);
        json.String("version"u8, manifest.Version.Text);
        json.String("architecture"u8, manifest.Architecture.Text);
        json.String("timestamp"u8, manifest.Build.Timestamp.Text);
        json.String("edition"u8, edition);
        json.EndObject();
        json.BeginObject("internalParameters"u8);
        foreach ((string name, string value) in facts)
        {
            json.String(System.Text.Encoding.UTF8.GetBytes(name), value);
        }

        json.EndObject();
        Write(json, "resolvedDependencies"u8, materials);
        json.EndObject();
    }

    /// <summary>Writes a list of files, sources and the like.</summary>
    internal static void Write(CanonicalJsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<Material> materials)
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
