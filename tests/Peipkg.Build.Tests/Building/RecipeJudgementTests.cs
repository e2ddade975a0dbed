using System.Text.Encodings.Web;
using System.Text.Json;
using Peipkg.Build.Tests.Packing;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Building;

/// <summary>The published judgements of both editions as recipes: what `pack` refuses, `check` or `build` refuses too.</summary>
public sealed class RecipeJudgementTests
{
    /// <summary>Members that a recipe does not say; the build fills them in.</summary>
    private static readonly string[] Filled =
    [
        "schema_version",
        "version",
        "homepage",
        "license",
        "size_installed",
        "build",
    ];

    private static readonly Dictionary<string, JsonElement> Judgements = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "edition-judgements.json")))
        .RootElement.GetProperty("judgements")
        .EnumerateArray()
        .Where(IsSaidByARecipe)
        .ToDictionary(judgement => judgement.GetProperty("id").GetString()!);

    public static TheoryData<string> Ids => [.. Judgements.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_recipe_is_judged_as_its_manifest(string id)
    {
        JsonElement judgement = Judgements[id];
        string edition = judgement.GetProperty("edition").GetString()!;
        JsonElement[] tree = [.. judgement.GetProperty("tree").EnumerateArray()];
        using Workbench bench = new();
        Directory.CreateDirectory(bench["staged"]);
        foreach (JsonElement entry in tree)
        {
            StagedCase.Place(bench, entry);
        }

        bench.Recipe(Recipe(judgement.GetProperty("manifest"), tree, edition));
        bench.Script("cp -a \"$SOURCE_DIR/.\" \"$DESTDIR\"");

        RunResult check = bench.Run("check", bench["recipe"]);
        RunResult build = bench.Build("--source", bench["staged"], "--arch", "x86_64");
        if (judgement.GetProperty("verdict").GetString() == "accept")
        {
            check.Succeeds();
            build.Succeeds();
            string package = Assert.Single(bench.Outputs);
            bench.Run("verify", "--edition", edition, bench[$"out/{package}"]).Succeeds();
            return;
        }

        build.Fails("error: ");
        Assert.Empty(bench.Outputs);
        if (IsOfTheManifestAlone(judgement))
        {
            Assert.Contains("error", check.FailsWith(1).Output + check.Error, StringComparison.Ordinal);
        }
    }

    private static bool IsSaidByARecipe(JsonElement judgement)
    {
        JsonElement manifest = judgement.GetProperty("manifest");
        return manifest.GetProperty("sd_overrides").GetArrayLength() == 0
            && manifest.GetProperty("build").EnumerateObject().Count() == 3;
    }

    /// <summary>A tree with nothing but one plain program is no reason to refuse anything, unless an effect needs more.</summary>
    private static bool IsOfTheManifestAlone(JsonElement judgement) =>
        judgement.GetProperty("tree").GetArrayLength() == 1
        && judgement.GetProperty("tree")[0].GetProperty("path").GetString() == "usr/bin/probe"
        && judgement.GetProperty("manifest").GetProperty("side_effects").GetArrayLength() == 0;

    private static string Recipe(JsonElement manifest, JsonElement[] tree, string edition)
    {
        IEnumerable<string> directories = tree.Where(entry => entry.GetProperty("type").GetString() == "directory")
            .Select(entry => $", \"{entry.GetProperty("path").GetString()}/\"");
        IEnumerable<string> members = manifest
            .EnumerateObject()
            .Where(member => !Filled.Contains(member.Name) && member.Name != "sd_overrides")
            .Select(member => $"{member.Name} = {Toml(member.Value)}");
        return $"""
            [meta]
            build_script = "build.sh"
            license = "MIT"
            homepage = "https://example.org/"
            edition = "{edition}"

            [[package]]
            files = ["**"{string.Concat(directories)}]
            derive = false
            {string.Join('\n', members)}

            """;
    }

    private static string Toml(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object =>
                $"{{ {string.Join(", ", value.EnumerateObject().Select(member => $"{member.Name} = {Toml(member.Value)}"))} }}",
            JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Toml))}]",
            JsonValueKind.String =>
                $"\"{JsonEncodedText.Encode(value.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
            _ => value.GetRawText(),
        };
}
