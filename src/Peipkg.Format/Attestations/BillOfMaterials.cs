using System.Buffers;
using System.Globalization;
using System.Text;
using Peipkg.Format.Json;
using Peipkg.Format.Manifests;

namespace Peipkg.Format.Attestations;

/// <summary>
/// What a package holds and was made from: an SPDX document, version 2.3, in JSON. As the provenance, it depends on nothing
/// but the build, and takes its name from the package's hash.
/// </summary>
public sealed class BillOfMaterials
{
    /// <summary>The media type of the document.</summary>
    public const string MediaType = "application/spdx+json";

    private const string DocumentId = "SPDXRef-DOCUMENT";
    private const string PackageId = "SPDXRef-Package";
    private const string Unsaid = "NOASSERTION";

    /// <summary>The package's file.</summary>
    public required Subject Package { get; init; }

    /// <summary>What the package says of itself.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>Its files, as files.json lists them.</summary>
    public required IReadOnlyList<FilesEntry> Files { get; init; }

    /// <summary>The digests that SPDX asks for beside those of files.json.</summary>
    public required FileSha1 Sha1 { get; init; }

    /// <summary>The program that built the package, and its version.</summary>
    public required (string Program, string Version) Tool { get; init; }

    /// <summary>The package's licence, if it is an SPDX expression; null where it is another text or none.</summary>
    public string? License { get; init; }

    /// <summary>What the package was made from.</summary>
    public IReadOnlyList<Material> Sources { get; init; } = [];

    /// <summary>Writes the document.</summary>
    public byte[] Write()
    {
        ArrayBufferWriter<byte> output = new(4096 + (Files.Count * 512));
        CanonicalJsonWriter json = new(output);
        json.BeginObject();
        json.String("spdxVersion"u8, "SPDX-2.3");
        json.String("dataLicense"u8, "CC0-1.0");
        json.String("SPDXID"u8, DocumentId);
        json.String("name"u8, Package.Name);
        json.String("documentNamespace"u8, $"urn:peipkg:sbom:sha256:{Package.Sha256}");
        json.BeginObject("creationInfo"u8);
        json.String("created"u8, Manifest.Build.Timestamp.Text);
        json.BeginArray("creators"u8);
        json.String($"Tool: {Tool.Program}-{Tool.Version}");
        json.String($"Organization: {Manifest.Build.FarmId}");
        json.EndArray();
        json.EndObject();
        json.BeginArray("packages"u8);
        WritePackage(json);
        for (int i = 0; i < Sources.Count; i++)
        {
            WriteSource(json, Sources[i], i);
        }

        json.EndArray();
        WriteFiles(json);
        WriteRelationships(json);
        WriteOwnLicenses(json);
        json.EndObject();
        json.EndDocument();
        return output.WrittenSpan.ToArray();
    }

    private void WritePackage(CanonicalJsonWriter json)
    {
        json.BeginObject();
        json.String("SPDXID"u8, PackageId);
        json.String("name"u8, Manifest.Name.Text);
        json.String("versionInfo"u8, Manifest.Version.Text);
        json.String("packageFileName"u8, Package.Name);
        json.String("supplier"u8, $"Organization: {Manifest.Build.FarmId}");
        json.String("downloadLocation"u8, Unsaid);
        json.Boolean("filesAnalyzed"u8, Files.Count > 0);
        if (Files.Count > 0)
        {
            json.BeginObject("packageVerificationCode"u8);
            json.String(
                "packageVerificationCodeValue"u8,
                Sha1Hasher.Text(
                    Encoding.ASCII.GetBytes(string.Concat(Files.Select(Sha1.Of).Order(StringComparer.Ordinal)))
                )
            );
            json.EndObject();
        }

        json.BeginArray("checksums"u8);
        WriteChecksum(json, "SHA256", Package.Sha256.ToString());
        json.EndArray();
        if (Manifest.Homepage.Length > 0)
        {
            json.String("homepage"u8, Manifest.Homepage);
        }

        json.String("licenseConcluded"u8, Unsaid);
        json.String("licenseDeclared"u8, License ?? Unsaid);
        if (License is null && Manifest.License.Length > 0)
        {
            json.String("licenseComments"u8, $"The package says: {Manifest.License}");
        }

        json.String("copyrightText"u8, Unsaid);
        if (Manifest.Description.Length > 0)
        {
            json.String("summary"u8, Manifest.Description);
        }

        json.String("builtDate"u8, Manifest.Build.Timestamp.Text);
        WritePurl(
            json,
            PackageUrl.Generic(Manifest.Name.Text, Manifest.Version.Text, ("arch", Manifest.Architecture.Text))
        );
        json.EndObject();
    }

    private void WriteSource(CanonicalJsonWriter json, Material source, int index)
    {
        json.BeginObject();
        json.String("SPDXID"u8, SourceId(index));
        json.String("name"u8, source.Name);
        json.String("versionInfo"u8, Manifest.Version.Upstream);
        json.String("downloadLocation"u8, SourceAddress.DownloadLocation(source) ?? Unsaid);
        json.Boolean("filesAnalyzed"u8, false);
        if (source.Sha256 is { } digest)
        {
            json.BeginArray("checksums"u8);
            WriteChecksum(json, "SHA256", digest.ToString());
            json.EndArray();
        }

        json.String("sourceInfo"u8, source.Commit is null ? source.Uri : $"{source.Uri}, commit {source.Commit}");
        json.String("licenseConcluded"u8, Unsaid);
        json.String("licenseDeclared"u8, Unsaid);
        json.String("copyrightText"u8, Unsaid);
        WritePurl(json, PackageUrl.Of(source, Manifest.Version.Upstream));
        json.EndObject();
    }

    private void WriteFiles(CanonicalJsonWriter json)
    {
        if (Files.Count == 0)
        {
            return;
        }

        json.BeginArray("files"u8);
        for (int i = 0; i < Files.Count; i++)
        {
            json.BeginObject();
            json.String("SPDXID"u8, FileId(i));
            json.String("fileName"u8, "./" + Files[i].Path);
            json.BeginArray("checksums"u8);
            WriteChecksum(json, "SHA1", Sha1.Of(Files[i]));
            WriteChecksum(json, "SHA256", Files[i].Hash.ToString());
            json.EndArray();
            json.EndObject();
        }

        json.EndArray();
    }

    private void WriteRelationships(CanonicalJsonWriter json)
    {
        json.BeginArray("relationships"u8);
        WriteRelationship(json, DocumentId, "DESCRIBES", PackageId);
        for (int i = 0; i < Sources.Count; i++)
        {
            WriteRelationship(json, PackageId, "GENERATED_FROM", SourceId(i));
        }

        for (int i = 0; i < Files.Count; i++)
        {
            WriteRelationship(json, PackageId, "CONTAINS", FileId(i));
        }

        json.EndArray();
    }

    // A document must say something about each licence that SPDX does not list.
    private void WriteOwnLicenses(CanonicalJsonWriter json)
    {
        const string Own = "LicenseRef-";
        string[] names =
        [
            .. (License ?? "")
                .Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
                .Where(static word => word.StartsWith(Own, StringComparison.Ordinal))
                .Select(static word => word.TrimEnd('+'))
                .Distinct(StringComparer.Ordinal),
        ];
        if (names.Length == 0)
        {
            return;
        }

        json.BeginArray("hasExtractedLicensingInfos"u8);
        foreach (string name in names)
        {
            json.BeginObject();
            json.String("licenseId"u8, name);
            json.String("name"u8, name.AsSpan(Own.Length));
            json.String("extractedText"u8, "The text is in the package or its source.");
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteChecksum(CanonicalJsonWriter json, string algorithm, string value)
    {
        json.BeginObject();
        json.String("algorithm"u8, algorithm);
        json.String("checksumValue"u8, value);
        json.EndObject();
    }

    private static void WritePurl(CanonicalJsonWriter json, string purl)
    {
        json.BeginArray("externalRefs"u8);
        json.BeginObject();
        json.String("referenceCategory"u8, "PACKAGE-MANAGER");
        json.String("referenceType"u8, "purl");
        json.String("referenceLocator"u8, purl);
        json.EndObject();
        json.EndArray();
    }

    private static void WriteRelationship(CanonicalJsonWriter json, string one, string type, string other)
    {
        json.BeginObject();
        json.String("spdxElementId"u8, one);
        json.String("relationshipType"u8, type);
        json.String("relatedSpdxElement"u8, other);
        json.EndObject();
    }

    private static string SourceId(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"SPDXRef-Source-{index + 1}");

    private static string FileId(int index) => string.Create(CultureInfo.InvariantCulture, $"SPDXRef-File-{index + 1}");
}
