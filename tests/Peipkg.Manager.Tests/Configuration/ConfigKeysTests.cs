using System.Text;
using System.Text.RegularExpressions;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Tests.EndToEnd;
using Peipkg.Recipes.Toml;

namespace Peipkg.Manager.Tests.Configuration;

public partial class ConfigKeysTests
{
    private const string Base = """
        [manager]
        id = "one"
        recipes_dir = "/one"
        state_dir = "/one"
        [repo]
        name = "one"
        [signing]
        key_file = "/one"
        [upload]
        backend = "git"
        remote = "/one"
        [poll]
        default_interval = "1h"
        [http]
        addr = ":1"
        user_header = "X-One"
        groups_header = "X-Ones"
        proxies = ["10.0.0.1"]
        [[role]]
        users = ["one"]
        [fetch]
        [build]
        [publish]
        [reproduce]
        [limits]
        [retention]
        [log]
        [[notify]]
        url = "https://one/"

        """;

    // The recipes come from a directory or from git.
    private static readonly string FromGit =
        Base.Replace("recipes_dir = \"/one\"\n", "", StringComparison.Ordinal) + "[recipes]\ngit = \"/one\"\n";

    private static readonly string WithForge =
        FromGit + "[forge]\nkind = \"github\"\nurl = \"https://one/farm/recipes\"\n";

    // With pools, [build] says less.
    private const string WithPool = Base + "[[pool]]\nname = \"one\"\nlauncher = [\"/one\", \"{job}\"]\n";

    // Builds in a root are sandboxed.
    private static readonly string WithRoot =
        Base.Replace("[build]\n", "[build]\nsandbox = true\n", StringComparison.Ordinal)
        + $"[root]\npackages = [\"one\"]\nrepositories = [\"/one\"]\ntrust = [\"{new string('1', 64)}\"]\n";

    // For each key a line of its section that says something else than the base.
    private static readonly Dictionary<string, string> Other = new(StringComparer.Ordinal)
    {
        ["[manager] id"] = "id = \"two\"",
        ["[manager] recipes_dir"] = "recipes_dir = \"/two\"",
        ["[manager] state_dir"] = "state_dir = \"/two\"",
        ["[recipes] git"] = "git = \"/two\"",
        ["[forge] kind"] = "kind = \"gitlab\"",
        ["[forge] url"] = "url = \"https://two/farm/recipes\"",
        ["[forge] token_file"] = "token_file = \"/two\"",
        ["[forge] trusted"] = "trusted = [\"two\"]",
        ["[recipes] branch"] = "branch = \"two\"",
        ["[recipes] path"] = "path = \"two\"",
        ["[recipes] signers"] = "signers = [\"/two\", \"/three\"]",
        ["[repo] name"] = "name = \"two\"",
        ["[repo] description"] = "description = \"two\"",
        ["[repo] edition"] = "edition = \"pspu-5\"",
        ["[repo] official"] = "official = true",
        ["[signing] key_file"] = "key_file = \"/two\"",
        ["[upload] backend"] = "backend = \"rsync\"",
        ["[upload] remote"] = "remote = \"/two\"",
        ["[upload] name"] = "name = \"two\"",
        ["[upload] mode"] = "mode = \"history\"",
        ["[upload] branch"] = "branch = \"two\"",
        ["[upload] public_url"] = "public_url = \"https://two\"",
        ["[upload] check_within"] = "check_within = \"2m\"",
        ["[upload] content"] = "content = \"packages\"\npublic_url = \"https://two\"",
        ["[http] addr"] = "addr = \":2\"",
        ["[http] webhook_secret_file"] = "webhook_secret_file = \"/two\"",
        ["[http] forgejo_secret_file"] = "forgejo_secret_file = \"/two\"",
        ["[http] gitlab_secret_file"] = "gitlab_secret_file = [\"/two\", \"/three\"]",
        ["[http] serve_repo"] = "serve_repo = true",
        ["[http] hosts"] = "hosts = [\"farm.example.org\"]",
        ["[http] public_url"] = "public_url = \"https://two.example.org\"",
        ["[http] user_header"] = "user_header = \"X-Two\"",
        ["[http] groups_header"] = "groups_header = \"X-Twos\"",
        ["[http] proxies"] = "proxies = [\"10.0.0.2\", \"10.1.0.0/16\"]",
        ["[[role]] users"] = "users = [\"two\"]",
        ["[[role]] groups"] = "groups = [\"two\"]",
        ["[[role]] recipes"] = "recipes = [\"two\"]",
        ["[[role]] acts"] = "acts = [\"retry\"]",
        ["[poll] default_interval"] = "default_interval = \"2h\"",
        ["[poll] max_concurrent"] = "max_concurrent = 2",
        ["[poll] max_per_host"] = "max_per_host = 2",
        ["[poll] timeout"] = "timeout = \"2m\"",
        ["[fetch] time"] = "time = \"2h\"",
        ["[fetch] silence"] = "silence = \"2m\"",
        ["[fetch] files"] = "files = 2",
        ["[fetch] size"] = "size = \"2GiB\"",
        ["[fetch] memory"] = "memory = \"2GiB\"",
        ["[build] parallel"] = "parallel = 2",
        ["[build] give_up_after"] = "give_up_after = 2",
        ["[build] sandbox"] = "sandbox = true",
        ["[build] launcher"] = "launcher = [\"/two\", \"{job}\"]",
        ["[[pool]] name"] = "name = \"two\"",
        ["[[pool]] architectures"] = "architectures = [\"x86_64\"]",
        ["[[pool]] launcher"] = "launcher = [\"/two\", \"{job}\"]",
        ["[[pool]] slots"] = "slots = 2",
        ["[[pool]] recipes"] = "recipes = [\"two\"]",
        ["[[pool]] environment"] = "environment = [\"TWO\"]",
        ["[[pool]] queue"] = "queue = \"2h\"",
        ["[root] packages"] = "packages = [\"two\"]",
        ["[root] repositories"] = "repositories = [\"https://two.example.org\"]",
        ["[root] trust"] = $"trust = [\"{new string('2', 64)}\"]",
        ["[publish] on_break"] = "on_break = \"rebuild\"",
        ["[publish] allow_special_system"] = "allow_special_system = true",
        ["[reproduce] per_day"] = "per_day = 2",
        ["[limits] time"] = "time = \"2h\"",
        ["[limits] silence"] = "silence = \"3h\"",
        ["[limits] log"] = "log = \"2MiB\"",
        ["[limits] memory"] = "memory = \"2GiB\"",
        ["[limits] cpus"] = "cpus = 2",
        ["[limits] processes"] = "processes = 2",
        ["[limits] disk"] = "disk = \"2GiB\"",
        ["[limits] min_free"] = "min_free = \"2GiB\"",
        ["[[notify]] command"] = "command = [\"/two\"]",
        ["[[notify]] url"] = "url = \"https://two/\"",
        ["[[notify]] events"] = "events = [\"failed\"]",
        ["[[notify]] timeout"] = "timeout = \"2s\"",
        ["[[notify]] digest"] = "digest = \"2h\"",
        ["[retention] logs"] = "logs = \"2h\"",
        ["[retention] log_size"] = "log_size = \"2MiB\"",
        ["[retention] stages"] = "stages = \"2h\"",
        ["[log] level"] = "level = \"debug\"",
    };

    // What cannot change alone.
    private static readonly Dictionary<string, string[]> Along = new(StringComparer.Ordinal)
    {
        ["[upload] backend"] = ["[upload] name", "[upload] mode", "[upload] branch"],
        ["[upload] content"] = ["[upload] public_url"],
        ["[[notify]] command"] = ["[[notify]] url"],
    };

    private static ManagerConfig Read(string text) =>
        ConfigReader.Read(TomlFile.Parse(Encoding.UTF8.GetBytes(text), "config.toml"));

    public static TheoryData<string> Keys => [.. ConfigKeys.All.Select(key => key.ToString())];

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_change_of_any_key_is_seen_and_taken_over_if_that_is_what_is_said(string name)
    {
        ConfigKey key = ConfigKeys.All.Single(k => k.ToString() == name);
        string from = key.Section switch
        {
            "[recipes]" => FromGit,
            "[forge]" => WithForge,
            "[[pool]]" => WithPool,
            "[root]" => WithRoot,
            _ => Base,
        };
        string text = Regex.Replace(
            from,
            $"(?<=\n|^){Regex.Escape(key.Section)}\n([a-z_]+ = .*\n)*",
            section =>
            {
                string rest = Regex.Replace(section.Value, $"\n{key.Name} = .*", "");
                return (
                        name == "[[notify]] command"
                            ? rest.Replace("url = \"https://one/\"\n", "", StringComparison.Ordinal)
                            : rest
                    )
                    + Other[name]
                    + "\n";
            }
        );
        if (name == "[upload] content")
        {
            text = text.Replace(
                "[upload]",
                "[[upload]]\nbackend = \"git\"\nremote = \"/one\"\nname = \"first\"\n[[upload]]",
                StringComparison.Ordinal
            );
            Assert.Equal("Repository\nPackages\n", key.Value(Read(text)));
            return;
        }

        ManagerConfig running = Read(from);
        ManagerConfig written = Read(text);
        Assert.Equal(
            Along.GetValueOrDefault(name, []).Append(name).Order(StringComparer.Ordinal),
            ConfigKeys.Changed(running, written).Select(k => k.ToString()).Order(StringComparer.Ordinal)
        );
        ManagerConfig merged = ConfigKeys.Merge(running, written);
        Assert.Equal(key.Value(key.Effect == Effect.Reload ? written : running), key.Value(merged));
        Assert.Equal(key.Effect == Effect.Reload, ConfigKeys.Changed(merged, written).Count == 0);
    }

    [Fact]
    public void The_reference_names_every_key_and_when_a_change_takes_effect()
    {
        List<string> documented = [];
        foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(Tools.Root, "docs", "config-reference.md"))))
        {
            documented.AddRange(
                Name()
                    .Matches(row.Groups[2].Value)
                    .Select(name => $"{row.Groups[1].Value} {name.Groups[1].Value}: {row.Groups[3].Value}")
            );
        }

        Assert.Equal(
            ConfigKeys
                .All.Select(key =>
                    $"{key}: {key.Effect switch { Effect.Reload => "reload", Effect.Restart => "restart", _ => "never" }}"
                )
                .Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal)
        );
    }

    [GeneratedRegex(@"^\| `(\[+[a-z]+\]+)` (`[^|]*`) \| [^|]* \| ([a-z]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();
}
