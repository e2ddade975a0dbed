using System.Security.Cryptography;
using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Packing;

/// <summary>The published cases: the archive inside each package has exactly the bytes that were laid down.</summary>
public sealed class PackVectorTests
{
    private static readonly Dictionary<string, JsonElement> Documents = new()
    {
        ["psd-009"] = Read("pack-cases.json"),
        ["pspu-5"] = Read("pspu5-pack-cases.json"),
    };

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach ((string edition, JsonElement document) in Documents)
        {
            foreach (JsonElement test in document.GetProperty("cases").EnumerateArray())
            {
                cases.Add(edition, test.GetProperty("name").GetString()!);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pack_writes_the_bytes_of_the_case(string edition, string name)
    {
        JsonElement document = Documents[edition];
        JsonElement test = document
            .GetProperty("cases")
            .EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == name);
        using Workbench bench = new();
        bench.Write("manifest.json", test.GetProperty("manifest").GetRawText());
        Directory.CreateDirectory(bench["staged"]);
        foreach (JsonElement entry in test.GetProperty("entries").EnumerateArray())
        {
            StagedCase.Place(bench, entry);
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
            "--edition",
            edition,
        ];
        if (test.GetProperty("signed").GetBoolean())
        {
            string key = bench["seed"];
            File.WriteAllBytes(key, Convert.FromHexString(document.GetProperty("key_seed_hex").GetString()!));
            args.AddRange(["--sign-key", key]);
        }

        bench.Run([.. args]).Succeeds();
        bench.Shell("zstd -q -d -c case.peipkg > case.tar");
        byte[] tar = File.ReadAllBytes(bench["case.tar"]);
        Assert.Equal(test.GetProperty("tar_size").GetInt32(), tar.Length);
        Assert.Equal(test.GetProperty("tar_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(tar)));
        bench.Run("verify", "--edition", edition, bench["case.peipkg"]).Succeeds();
    }

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name))).RootElement;
}
