using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Packing;

/// <summary>The published judgements, as the program gives them: what is packed is also verified.</summary>
public sealed class EditionJudgementTests
{
    private static readonly Dictionary<string, JsonElement> Judgements = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "edition-judgements.json")))
        .RootElement.GetProperty("judgements")
        .EnumerateArray()
        .ToDictionary(judgement => judgement.GetProperty("id").GetString()!);

    public static TheoryData<string> Ids => [.. Judgements.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Pack_judges_as_published(string id)
    {
        JsonElement judgement = Judgements[id];
        string edition = judgement.GetProperty("edition").GetString()!;
        using Workbench bench = new();
        bench.Write("manifest.json", judgement.GetProperty("manifest").GetRawText());
        Directory.CreateDirectory(bench["staged"]);
        foreach (JsonElement entry in judgement.GetProperty("tree").EnumerateArray())
        {
            StagedCase.Place(bench, entry);
        }

        RunResult result = bench.Run(
            "pack",
            "--edition",
            edition,
            "--manifest",
            bench["manifest.json"],
            "--staged",
            bench["staged"],
            "--out",
            bench["case.peipkg"]
        );
        if (judgement.GetProperty("verdict").GetString() == "refuse")
        {
            result.Fails("error: ");
            Assert.False(File.Exists(bench["case.peipkg"]));
            return;
        }

        result.Succeeds();
        bench.Run("verify", "--edition", edition, bench["case.peipkg"]).Succeeds();
        Assert.Contains(edition, bench.Run("verify", bench["case.peipkg"]).Succeeds().Output, StringComparison.Ordinal);
    }
}
