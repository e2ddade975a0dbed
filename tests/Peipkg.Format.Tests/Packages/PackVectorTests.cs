using System.Text;
using System.Text.Json;
using Peipkg.Format.Cryptography;
using Peipkg.Format.Editions;
using Peipkg.Format.Layout;
using Peipkg.Format.Manifests;
using Peipkg.Format.Packages;
using Peipkg.Format.Tests.Vectors;

namespace Peipkg.Format.Tests.Packages;

/// <summary>The published packing vectors: input trees and the archives that they must become.</summary>
public sealed class PackVectorTests
{
    private static readonly Dictionary<string, JsonElement> Documents = new()
    {
        [Edition.Psd009.Name] = Read("pack-cases.json"),
        [Edition.Pspu5.Name] = Read("pspu5-pack-cases.json"),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach ((string edition, JsonElement document) in Documents)
            {
                foreach (JsonElement one in document.GetProperty("cases").EnumerateArray())
                {
                    cases.Add(edition, one.GetProperty("name").GetString()!);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_archive_is_the_expected_one_byte_for_byte(string edition, string name)
    {
        JsonElement expected = Case(edition, name);
        byte[] tar = RawPackage.Decompress(Pack(edition, expected));

        if (expected.TryGetProperty("tar_b64", out JsonElement bytes))
        {
            Assert.Equal(bytes.GetBytesFromBase64(), tar);
        }

        Assert.Equal(expected.GetProperty("tar_size").GetInt32(), tar.Length);
        Assert.Equal(expected.GetProperty("tar_sha256").GetString(), Sha256Digest.Of(tar).ToString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_package_verifies(string edition, string name)
    {
        JsonElement expected = Case(edition, name);
        using SigningKey key = Key(edition);

        VerifiedPackage verified = Samples.Verify(
            Pack(edition, expected),
            new PackageVerifyOptions
            {
                Edition = Named(edition),
                TrustedKeys = [key.PublicKey],
                RequireSignature = expected.GetProperty("signed").GetBoolean(),
            }
        );

        Assert.Equal(expected.GetProperty("signed").GetBoolean(), verified.Signer is not null);
        Assert.DoesNotContain(verified.HeaderForms, met => !Named(edition).Headers.Written.Contains(met.Form));
        Assert.Equal(
            expected
                .GetProperty("entries")
                .EnumerateArray()
                .Count(static entry => entry.GetProperty("type").GetString() is "file" or "symlink"),
            verified.Entries.Count(static e => e.Kind != PayloadKind.Directory)
        );
    }

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(VectorFile.PathOf(name))).RootElement;

    private static Edition Named(string name) => Edition.All.Single(edition => edition.Name == name);

    private static JsonElement Case(string edition, string name) =>
        Documents[edition].GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    private static SigningKey Key(string edition) =>
        SigningKey.Load(Convert.FromHexString(Documents[edition].GetProperty("key_seed_hex").GetString()!), "seed");

    private static byte[] Pack(string edition, JsonElement expected)
    {
        using SigningKey key = Key(edition);
        Manifest manifest = ManifestDocument.Read(
            Encoding.UTF8.GetBytes(expected.GetProperty("manifest").GetRawText()),
            ManifestSource.Author,
            Named(edition)
        );
        PayloadSource[] payload = [.. expected.GetProperty("entries").EnumerateArray().Select(Source)];
        return Samples.Write(
            payload,
            manifest,
            expected.GetProperty("signed").GetBoolean() ? key : null,
            edition: Named(edition)
        );
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
