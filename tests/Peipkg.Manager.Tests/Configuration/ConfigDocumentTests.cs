using System.Text;
using System.Text.RegularExpressions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Configuration;

/// <summary>docs/config-reference.md names exactly the keys that the reader takes, with the defaults that hold.</summary>
public partial class ConfigDocumentTests
{
    private static readonly string[] Backends = ["none", "git", "rclone", "rsync"];

    // Every key that is documented: section, as its header is written, and key.
    private static List<(string Section, string Key, string Meaning)> Documented { get; } =
    [
        .. File.ReadLines(Path.Combine(Tools.Root, "docs", "config-reference.md"))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length == 6 && cells[1].StartsWith(" `[", StringComparison.Ordinal))
            .SelectMany(cells =>
                Words()
                    .Matches(cells[1])
                    .Skip(1)
                    .Select(word =>
                        (Words().Match(cells[1]).Groups[1].Value.Trim('[', ']'), word.Groups[1].Value, cells[4])
                    )
            ),
    ];

    private static string[] Sections => [.. Documented.Select(key => key.Section).Distinct()];

    private static string Text(string section, string key, string value, string backend = "none")
    {
        Dictionary<string, Dictionary<string, string>> all = new()
        {
            ["manager"] = new()
            {
                ["id"] = "\"x\"",
                ["recipes_dir"] = "\"/r\"",
                ["state_dir"] = "\"/s\"",
            },
            ["repo"] = new() { ["name"] = "\"x\"" },
            ["signing"] = new() { ["key_file"] = "\"/k\"" },
            ["poll"] = new() { ["default_interval"] = "\"1h\"" },
            ["upload"] =
                backend == "none"
                    ? []
                    : new()
                    {
                        ["backend"] = $"\"{backend}\"",
                        ["remote"] = backend == "rclone" ? "\"a:b\"" : "\"/srv/x\"",
                        ["public_url"] = "\"https://example.org\"",
                    },
            ["notify"] = new() { ["url"] = "\"https://example.org\"" },
            ["pool"] = new() { ["name"] = "\"x\"" },
            ["http"] = new() { ["user_header"] = "\"X-User\"", ["proxies"] = "[\"127.0.0.1\"]" },
            ["role"] = new() { ["users"] = "[\"x\"]" },
        };
        if (!all.TryAdd(section, new() { [key] = value }))
        {
            all[section][key] = value;
        }

        StringBuilder text = new();
        foreach ((string name, Dictionary<string, string> keys) in all)
        {
            text.Append(name is "notify" or "pool" or "role" ? $"[[{name}]]\n" : $"[{name}]\n");
            text.AppendJoin('\n', keys.Select(pair => $"{pair.Key} = {pair.Value}")).Append('\n');
        }

        return text.ToString();
    }

    private static ManagerConfig Read(string text) =>
        ConfigReader.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text), "c"));

    private static string Problems(string text) => Assert.Throws<RecipeException>(() => Read(text)).Message;

    private static string Show(ManagerConfig config) =>
        // Nothing said about the sandbox is the same as none.
        $"{config} {string.Join(' ', config.Uploads)} {string.Join(' ', config.Notifications)} {string.Join(' ', config.Pools)}".Replace(
            "Sandbox = False",
            "Sandbox = ",
            StringComparison.Ordinal
        );

    [Fact]
    public void Every_documented_key_is_one_that_the_reader_takes()
    {
        Assert.True(Documented.Count > 45, $"{Documented.Count} keys were found");
        foreach ((string section, string key, _) in Documented)
        {
            // A date is no value of any key: what is said about it tells whether the key is known.
            Assert.True(
                (section == "upload" ? Backends : ["none"]).Any(backend =>
                    !Problems(Text(section, key, "2026-05-01", backend))
                        .Contains($"unknown key \"{key}\"", StringComparison.Ordinal)
                ),
                $"[{section}] {key} is documented and unknown"
            );
        }
    }

    [Fact]
    public void Every_key_that_the_reader_takes_is_documented()
    {
        Assert.Contains("unknown section \"xqxqxq\"", Problems(Text("xqxqxq", "a", "1")), StringComparison.Ordinal);
        HashSet<(string, string)> documented = [.. Documented.Select(key => (key.Section, key.Key))];
        int count = 0;
        foreach (string section in Sections)
        {
            foreach (string backend in section == "upload" ? Backends : ["none"])
            {
                Match known = KnownKeys().Match(Problems(Text(section, "xqxqxq", "1", backend)));
                Assert.True(known.Success, section);
                foreach (string key in known.Groups[1].Value.Split(", "))
                {
                    Assert.True(documented.Contains((section, key)), $"[{section}] {key} is not documented");
                    count++;
                }
            }
        }

        Assert.True(count > 45);
    }

    [Fact]
    public void Every_section_that_the_reader_takes_is_documented()
    {
        Match known = KnownSections()
            .Match(File.ReadAllText(Path.Combine(Tools.Root, "src/Peipkg.Manager/Configuration/ConfigReader.cs")));
        Assert.Equal(
            known
                .Groups[1]
                .Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(name => name.Trim('"'))
                .Order(StringComparer.Ordinal),
            Sections.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_documented_defaults_hold()
    {
        int compared = 0;
        foreach ((string section, string key, string meaning) in Documented)
        {
            if (Default().Match(meaning) is not { Success: true } match)
            {
                continue;
            }

            string backend =
                key == "branch" ? "git"
                : section == "upload" ? "rsync"
                : "none";
            string value = match.Groups[1].Value is "gh-pages" ? "\"gh-pages\"" : match.Groups[1].Value;
            Assert.Equal(
                Show(Read(Text("build", "give_up_after", "8", backend))),
                Show(Read(Text(section, key, value, backend))),
                ignoreCase: false
            );
            compared++;
        }

        Assert.True(compared >= 18, $"{compared} defaults were found");
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Words();

    [GeneratedRegex(@"unknown key ""xqxqxq"" in \[+\w+\]+ \(known keys: ([a-z_, ]+)\)")]
    private static partial Regex KnownKeys();

    [GeneratedRegex(@"string\[\] Sections =\s*\[([^\]]+)\]")]
    private static partial Regex KnownSections();

    [GeneratedRegex(@"default `?(""[^""]+""|[a-z0-9-]+)`?[),:]")]
    private static partial Regex Default();
}
