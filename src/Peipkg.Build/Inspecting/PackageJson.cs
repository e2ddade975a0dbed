using System.Text.Json;
using System.Text.Json.Serialization;
using Peipkg.Build.Comparing;
using Peipkg.Build.Reading;
using Peipkg.Build.World;
using Peipkg.Format.Archive;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>A package's content as one JSON object.</summary>
internal static class PackageJson
{
    internal static string Write(OpenedPackage package)
    {
        VerifiedPackage content = package.Content;
        using JsonDocument manifest = JsonDocument.Parse(content.ManifestBytes);
        int nextFile = 0;
        Sha256Digest? NextHash(PackageEntry entry) =>
            entry.Kind == PayloadKind.File ? content.Files[nextFile++].Hash : null;
        return JsonOutput.Text(
            new PackageDocument(
                package.File,
                content.PackageHash.ToString(),
                content.CompressedSize,
                content.Manifest.SizeInstalled,
                content.Signature is { } signature
                    ? new SignatureDocument("ed25519", signature.KeyFingerprint.Text, content.SignedDigest.ToString())
                    : null,
                [
                    .. PackageJudgement
                        .EditionsOf(content)
                        .Where(verdict => verdict.IsSatisfied)
                        .Select(verdict => verdict.Edition.Name),
                ],
                [.. content.HeaderForms.Select(met => new HeaderFormDocument(met.Form.Name(), met.Place, met.Count))],
                manifest.RootElement,
                [
                    .. content.Entries.Select(entry =>
                        EntryDocument.Of(entry.Path, entry.Kind, entry.Size, NextHash(entry), entry.LinkTarget)
                    ),
                ]
            ),
            PackageJsonContext.Default.PackageDocument
        );
    }
}

/// <summary>The document that <c>inspect --json</c> prints.</summary>
internal sealed record PackageDocument(
    string File,
    string Sha256,
    long SizeCompressed,
    long SizeInstalled,
    SignatureDocument? Signature,
    string[] Editions,
    HeaderFormDocument[] HeaderForms,
    JsonElement Manifest,
    EntryDocument[] Entries
);

/// <summary>A form of archive headers in which producers and editions differ.</summary>
internal sealed record HeaderFormDocument(string Form, string FirstEntry, int Entries);

/// <summary>What a package says of its signature; whether it is right, <c>verify</c> tells.</summary>
internal sealed record SignatureDocument(string Algorithm, string KeyFingerprint, string SignedDigest);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    NewLine = "\n",
    GenerationMode = JsonSourceGenerationMode.Serialization
)]
[JsonSerializable(typeof(PackageDocument))]
internal sealed partial class PackageJsonContext : JsonSerializerContext;
