using System.Buffers;
using System.Text;
using System.Text.Json;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Build.Inspecting;

/// <summary>A package's content as one JSON object, everything but ASCII escaped: it may be shown on a terminal.</summary>
internal static class PackageJson
{
    internal static string Write(string file, VerifiedPackage package)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteString("sha256", package.PackageHash.ToString());
            json.WriteNumber("size_compressed", package.CompressedSize);
            json.WriteNumber("size_installed", package.Manifest.SizeInstalled);
            WriteSignature(json, package);
            json.WritePropertyName("manifest");
            using (JsonDocument manifest = JsonDocument.Parse(ManifestDocument.WriteAny(package.Manifest)))
            {
                manifest.WriteTo(json);
            }

            json.WriteStartArray("entries");
            int nextFile = 0;
            foreach (PackageEntry entry in package.Entries)
            {
                WriteEntry(json, entry, entry.Kind == PayloadKind.File ? package.Files[nextFile++] : null);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void WriteSignature(Utf8JsonWriter json, VerifiedPackage package)
    {
        if (package.Signature is not { } signature)
        {
            json.WriteNull("signature");
            return;
        }

        json.WriteStartObject("signature");
        json.WriteString("algorithm", "ed25519");
        json.WriteString("key_fingerprint", signature.KeyFingerprint.Text);
        json.WriteString("signed_digest", package.SignedDigest.ToString());
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, PackageEntry entry, FilesEntry? file)
    {
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        json.WriteString(
            "type",
            entry.Kind switch
            {
                PayloadKind.Directory => "directory",
                PayloadKind.Symlink => "symlink",
                _ => "file",
            }
        );
        if (file is not null)
        {
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Hash.ToString());
        }

        if (entry.LinkTarget is not null)
        {
            json.WriteString("target", entry.LinkTarget);
        }

        json.WriteEndObject();
    }
}
