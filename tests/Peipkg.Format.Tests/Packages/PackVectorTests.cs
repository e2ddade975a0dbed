using System.Text;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;

namespace Peipkg.Format.Tests.Packages;

/// <summary>The published packing vectors: input trees and the archives that they must become.</summary>
public sealed class PackVectorTests
{
    private static readonly JsonDocument Document = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "pack-cases.json"))
    );

    public static TheoryData<string> Names =>
        [
            .. Document
                .RootElement.GetProperty("cases")
                .EnumerateArray()
                .Select(static c => c.GetProperty("name").GetString()!),
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_archive_is_the_expected_one_byte_for_byte(string name)
    {
        JsonElement expected = Case(name);
        byte[] tar = RawPackage.Decompress(Pack(expected));

        if (expected.TryGetProperty("tar_b64", out JsonElement bytes))
        {
            Assert.Equal(bytes.GetBytesFromBase64(), tar);
        }

        Assert.Equal(expected.GetProperty("tar_size").GetInt32(), tar.Length);
        Assert.Equal(expected.GetProperty("tar_sha256").GetString(), Sha256Digest.Of(tar).ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_package_verifies(string name)
    {
        JsonElement expected = Case(name);
        using SigningKey key = Key();

        VerifiedPackage verified = Samples.Verify(
            Pack(expected),
            new PackageVerifyOptions
            {
                TrustedKeys = [key.PublicKey],
                RequireSignature = expected.GetProperty("signed").GetBoolean(),
            }
        );

        Assert.Equal(expected.GetProperty("signed").GetBoolean(), verified.Signer is not null);
        Assert.Equal(
            expected.GetProperty("entries").GetArrayLength(),
            verified.Entries.Count(static e => e.Kind != PayloadKind.Directory)
        );
    }

    private static JsonElement Case(string name) =>
        Document
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == name);

    private static SigningKey Key() =>
        SigningKey.Load(Convert.FromHexString(Document.RootElement.GetProperty("key_seed_hex").GetString()!), "seed");

    private static byte[] Pack(JsonElement expected)
    {
        using SigningKey key = Key();
        Manifest manifest = ManifestDocument.Read(
            Encoding.UTF8.GetBytes(expected.GetProperty("manifest").GetRawText() + "\n")
        );
        PayloadSource[] payload = [.. expected.GetProperty("entries").EnumerateArray().Select(Source)];
        return Samples.Write(payload, manifest, expected.GetProperty("signed").GetBoolean() ? key : null);
    }

    private static PayloadSource Source(JsonElement entry)
    {
        string path = entry.GetProperty("path").GetString()!;
        return entry.GetProperty("type").GetString() switch
        {
            "file" => PayloadSource.File(path, entry.GetProperty("content_b64").GetBytesFromBase64()),
            "symlink" => PayloadSource.Symlink(path, entry.GetProperty("target").GetString()!),
            "dir" or "directory" => PayloadSource.Directory(path),
            string other => throw new InvalidOperationException(other),
            null => throw new InvalidOperationException(),
        };
    }
}
