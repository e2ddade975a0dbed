using System.Text.Json;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Checking;

public sealed class CheckOperationTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Everything_that_is_wrong_is_told_in_one_run_also_beside_errors()
    {
        _bench.Recipe(
            """
            [meta]
            licence = "MIT"
            license = "GPLv3"
            build_script = "build.sh"
            [[package]]
            name = "hello"
            architecture = "noarch"
            files = ["usr/local/**", "usr/[x"]
            [upstream]
            git = "x"
            """
        );
        _bench.Script("curl x\nif true");
        string output = _bench.Run("check", _bench["recipe"]).FailsWith(1).Output;
        Assert.Equal(
            [
                "peipkg.toml:1:1: note recommended-key",
                "peipkg.toml:2:1: error unknown-key",
                "peipkg.toml:3:11: warning license-unknown",
                "peipkg.toml:5:1: note recommended-key",
                "peipkg.toml:8:10: error glob-never",
                "peipkg.toml:8:26: error glob-syntax",
                "peipkg.toml:9:1: error missing-key",
                "peipkg.toml:9:1: error missing-key",
                "peipkg.toml:10:7: error git-url",
                "build.sh: warning script-mode",
                "build.sh:2:1: warning script-network",
                "build.sh:4:1: error script-syntax",
            ],
            Lines(output)
                .Where(line => line.EndsWith(']'))
                .Select(line => line.Replace(_bench["recipe/"], "", StringComparison.Ordinal))
                .Select(line =>
                    $"{line[..line.IndexOf(' ', StringComparison.Ordinal)]} {line.Split(' ')[1].TrimEnd(':')} {line[(line.LastIndexOf('[') + 1)..^1]}"
                )
        );
        Assert.EndsWith("1 recipe checked: 7 errors, 3 warnings, 2 notes\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Directories_are_searched_for_recipes()
    {
        foreach (string name in new[] { "b", "a", "deep/er/c", ".hidden" })
        {
            _bench.Write($"recipes/{name}/peipkg.toml", "x\n");
        }

        _bench.Write("recipes/a/inner/peipkg.toml", "x\n");
        File.CreateSymbolicLink(_bench["recipes/loop"], _bench["recipes"]);
        string output = _bench.Run("check", _bench["recipes"], _bench["recipes/a/peipkg.toml"]).FailsWith(1).Output;
        Assert.Equal(
            ["a", "b", "deep/er/c"],
            Lines(output)
                .Where(line => line.Contains("[toml-syntax]", StringComparison.Ordinal))
                .Select(line => line[_bench["recipes/"].Length..line.IndexOf("/peipkg.toml", StringComparison.Ordinal)])
        );
        Directory.CreateDirectory(_bench["none"]);
        _bench.Run("check", _bench["none"]).Fails("there is no peipkg.toml in");
    }

    [Fact]
    public void Json_holds_the_same_for_programs()
    {
        _bench.Recipe(Workbench.OneStanza.Replace("usr/**", "srv/**", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(
            _bench.Run("check", "--format", "json", _bench["recipe"]).FailsWith(1).Output
        );
        Assert.Equal(1, json.RootElement.GetProperty("errors").GetInt32());
        JsonElement finding = json
            .RootElement.GetProperty("findings")
            .EnumerateArray()
            .Single(f => f.GetProperty("severity").GetString() == "error");
        Assert.Equal("glob-never", finding.GetProperty("rule").GetString());
        Assert.Equal((8, 10), (finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
        Assert.Equal(_bench["recipe/peipkg.toml"], finding.GetProperty("file").GetString());
    }

    [Fact]
    public void Sarif_names_rules_levels_and_places()
    {
        _bench.Write("a b/peipkg.toml", "x = [\n");
        using JsonDocument json = JsonDocument.Parse(
            _bench.Run("check", "--format", "sarif", _bench["a b"]).FailsWith(1).Output
        );
        Assert.Equal("2.1.0", json.RootElement.GetProperty("version").GetString());
        JsonElement run = json.RootElement.GetProperty("runs")[0];
        string[] rules =
        [
            .. run.GetProperty("tool")
                .GetProperty("driver")
                .GetProperty("rules")
                .EnumerateArray()
                .Select(r => r.GetProperty("id").GetString()!),
        ];
        JsonElement result = run.GetProperty("results")[0];
        Assert.Contains(result.GetProperty("ruleId").GetString(), rules);
        Assert.Equal("error", result.GetProperty("level").GetString());
        JsonElement place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal(
            $"file://{_bench.Root}/a%20b/peipkg.toml",
            place.GetProperty("artifactLocation").GetProperty("uri").GetString()
        );
        Assert.Equal(1, place.GetProperty("region").GetProperty("startLine").GetInt32());
    }

    [Fact]
    public void Tags_of_a_file_or_repository_show_the_versions_they_become()
    {
        _bench.Recipe(
            Workbench.OneStanza
                + """
                [upstream]
                git = "https://git.example.org/demo"
                tag_pattern = "^v(\\d+\\.\\d+)$"
                peios_revision = 2
                min_version = "1.5"
                """
        );
        _bench.Shell(
            """
            git init -q up; cd up; git config user.name x; git config user.email x@example.org; git commit -q --allow-empty -m x
            for t in v1.4 v1.10 v1.9 v2.0 other; do git tag $t; done; git tag -a -m x v2.1; git ls-remote --tags . > ../tags
            """
        );
        const string Expected = """
            v2.1   -> 2.1-2
            v2.0   -> 2.0-2
            v1.10  -> 1.10-2
            v1.9   -> 1.9-2
            other  (does not match)
            v1.4   (it is older than min_version 1.5)
            4 of 6 tags would be built

            """;
        foreach (string source in new[] { _bench["tags"], "file://" + _bench["up"], _bench["up"] })
        {
            Assert.StartsWith(
                Expected.ReplaceLineEndings("\n"),
                _bench.Run("check", _bench["recipe"], "--tags", source).Succeeds().Output,
                StringComparison.Ordinal
            );
        }

        _bench.Run("check", _bench["recipe"], "--tags", "nowhere").Fails("there is no such file");
        _bench.Run("check", _bench["recipe"], "--tags", "file:///nowhere").Fails("git exited with status 128");
        _bench
            .Run("check", _bench["recipe"], "--tags", "ext::sh -c false")
            .Fails("--tags: this is not a git address; write an https");
    }

    [Fact]
    public void Patterns_that_are_too_hard_to_compare_are_said_and_do_not_seem_to_match_nothing()
    {
        string hard =
            "usr/share/"
            + string.Concat(Enumerable.Repeat("{*,?}", 7))
            + string.Concat(Enumerable.Repeat("*[ab]", 120));
        _bench.Recipe(Two(hard + "[x]", hard + "[y]"));
        _bench.Script("true");
        string output = _bench.Run("check", _bench["recipe"]).Succeeds().Output;
        Assert.Contains("warning: the recipe's patterns are too many or too large", output, StringComparison.Ordinal);
        Assert.DoesNotContain("glob-never", output, StringComparison.Ordinal);

        _bench.Recipe(Two("usr/share/one*", "usr/share/two*"));
        Assert.DoesNotContain(
            "glob-uncompared",
            _bench.Run("check", _bench["recipe"]).Succeeds().Output,
            StringComparison.Ordinal
        );

        static string Two(string first, string second) =>
            Workbench.OneStanza.Replace("usr/**", first, StringComparison.Ordinal)
            + $"""
                [[package]]
                name = "second"
                architecture = "noarch"
                description = "Another one"
                files = ["{second}"]

                """;
    }

    [Fact]
    public void More_findings_of_packages_than_are_listed_are_said_to_be_there()
    {
        _bench.Recipe(
            Workbench.OneStanza.Replace(
                "[\"usr/**\"]",
                $"[{string.Join(", ", Enumerable.Range(0, 150).Select(i => $"\"usr/local/{i}\""))}]",
                StringComparison.Ordinal
            )
        );
        _bench.Script("true");
        string output = _bench.Run("check", _bench["recipe"]).FailsWith(1).Output;
        Assert.Equal(100, Lines(output).Count(line => line.EndsWith("[glob-never]", StringComparison.Ordinal)));
        Assert.Contains("there are more problems with its packages", output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n');
}
