using System.Security.Cryptography;
using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Packing;

/// <summary>The published cases: the archive inside each package has exactly the bytes that were laid down.</summary>
public sealed class PackVectorTests
{
    private static readonly JsonDocument Document = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "pack-cases.json"))
    );

    public static TheoryData<string> Names() =>
        [.. Document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pack_writes_the_bytes_of_the_case(string name)
    {
        JsonElement test = Document
            .RootElement.GetProperty("cases")
            .EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == name);
        using Workbench bench = new();
        bench.Write("manifest.json", test.GetProperty("manifest").GetRawText());
        Directory.CreateDirectory(bench["staged"]);
        foreach (JsonElement entry in test.GetProperty("entries").EnumerateArray())
        {
            Place(bench, entry);
        }

        List<string> args =
        [
            "pack",
            "--manifest",
            bench["manifest.json"],
            "--staged",
            bench["staged"],
            "--out",
            bench["case.peipkg"],
        ];
        if (test.GetProperty("signed").GetBoolean())
        {
            string key = bench["seed"];
            File.WriteAllBytes(
                key,
                Convert.FromHexString(Document.RootElement.GetProperty("key_seed_hex").GetString()!)
            );
            args.AddRange(["--sign-key", key]);
        }

        bench.Run([.. args]).Succeeds();
        bench.Shell("zstd -q -d -c case.peipkg > case.tar");
        byte[] tar = File.ReadAllBytes(bench["case.tar"]);
        Assert.Equal(test.GetProperty("tar_size").GetInt32(), tar.Length);
        Assert.Equal(test.GetProperty("tar_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(tar)));
        bench.Run("verify", bench["case.peipkg"]).Succeeds();
    }

    private static void Place(Workbench bench, JsonElement entry)
    {
        string path = bench[Path.Combine("staged", entry.GetProperty("path").GetString()!)];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        switch (entry.GetProperty("type").GetString())
        {
            case "file":
                File.WriteAllBytes(path, entry.GetProperty("content_b64").GetBytesFromBase64());
                break;
            case "symlink":
                File.CreateSymbolicLink(path, entry.GetProperty("target").GetString()!);
                break;
            default:
                Directory.CreateDirectory(path);
                break;
        }
    }
}
