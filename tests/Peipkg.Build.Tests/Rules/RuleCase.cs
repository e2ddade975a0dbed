using System.Text;
using System.Text.RegularExpressions;
using Peipkg.Build.Tests.Support;

namespace Peipkg.Build.Tests.Rules;

/// <summary>
/// A rule's case, a file of sections that begin with <c>=== </c>: the <c>command</c>, files under <c>fires</c> that break the
/// rule, the <c>output</c> that is to say so, and files under <c>quiet</c> that keep it. Files that a side leaves out are
/// those of a recipe without a fault.
/// </summary>
public sealed partial class RuleCase
{
    private const string Recipe = """
        [meta]
        license = "MIT"
        homepage = "https://example.org/hello"
        build_script = "build.sh"

        [[package]]
        name = "hello"
        architecture = "noarch"
        description = "A greeting."
        files = ["usr/**"]

        """;

    private const string Script = """
        #!/bin/sh
        set -eu
        mkdir -p "$DESTDIR/usr/share/hello"
        echo hello > "$DESTDIR/usr/share/hello/greeting"

        """;

    private readonly string _file;
    private readonly string _rule;
    private readonly List<(string Header, string Content)> _sections = [];

    private RuleCase(string file, string rule)
    {
        _file = file;
        _rule = rule;
        foreach (string part in ("\n" + File.ReadAllText(file)).Split("\n=== ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = part.Split('\n', 2);
            _sections.Add((lines[0], lines.Length > 1 ? lines[1].TrimEnd('\n') + "\n" : ""));
        }
    }

    public static string Directory { get; } = Path.Combine(SourceTree.Root, "tests/Peipkg.Build.Tests/Rules/Cases");

    public static RuleCase Load(string rule) => new(Path.Combine(Directory, rule + ".case"), rule);

    /// <summary>What the tool says of the rule when it is broken.</summary>
    public string Fires() => Findings(Run("fires").Text);

    /// <summary>Everything the tool says when the rule is kept.</summary>
    public (RunResult Result, string Findings) Quiet()
    {
        (RunResult result, string text) = Run("quiet");
        return (result, Findings(text));
    }

    public string Expected => _sections.Single(section => section.Header == "output").Content;

    public void Approve(string output)
    {
        StringBuilder text = new();
        foreach ((string header, string content) in _sections)
        {
            text.Append("=== ").Append(header).Append('\n').Append(header == "output" ? output : content);
        }

        File.WriteAllText(_file, text.ToString());
    }

    private (RunResult Result, string Text) Run(string side)
    {
        using Workbench bench = new();
        Write(bench, "peipkg.toml", Recipe);
        Write(bench, "build.sh", Script);
        foreach (
            (string header, string content) in _sections.Where(section =>
                section.Header.StartsWith(side + " ", StringComparison.Ordinal)
            )
        )
        {
            Write(bench, header[(side.Length + 1)..], content);
        }

        string[] words = _sections
            .Single(section => section.Header.StartsWith("command ", StringComparison.Ordinal))
            .Header.Split(' ')[1..];
        string[] more =
        [
            .. words[1..].Select(word => word.Replace("@", bench["recipe"] + "/", StringComparison.Ordinal)),
        ];
        RunResult result = words[0] switch
        {
            "check" => bench.Run([
                "check",
                .. more is [] or ["--tags", _] ? [bench["recipe"]] : Array.Empty<string>(),
                .. more,
            ]),
            "pack" => bench.Run([
                "pack",
                "--manifest",
                bench["recipe/manifest.json"],
                "--staged",
                bench["recipe/staged"],
                "--out",
                bench["x.peipkg"],
                .. more,
            ]),
            _ => bench.Build(more),
        };
        string text = (result.Output + result.Error).Replace(bench.Root, "$ROOT", StringComparison.Ordinal);
        return (result, Stage().Replace(text, "peipkg-build-*"));
    }

    // A word after the name changes what a text file cannot hold as it is: "plain", "crlf", "bom".
    private static void Write(Workbench bench, string name, string content)
    {
        string text = Repeat()
            .Replace(
                content.ReplaceLineEndings("\n"),
                match =>
                    string.Concat(
                        Enumerable
                            .Range(
                                1,
                                int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
                            )
                            .Select(i => match.Groups[2].Value.Replace("#", $"{i}", StringComparison.Ordinal) + "\n")
                    )
            );
        string[] words = name.Split(' ');
        text = words.Contains("crlf") ? text.ReplaceLineEndings("\r\n") : text;
        text = words.Contains("bom") ? "\ufeff" + text : text;
        string path = bench.Write("recipe/" + words[0], text);
        bool executable = content.StartsWith("#!", StringComparison.Ordinal) && !words.Contains("plain");
        File.SetUnixFileMode(
            path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | (executable ? UnixFileMode.UserExecute : 0)
        );
    }

    /// <summary>The lines that carry the rule's name, with the indented ones that follow them.</summary>
    private string Findings(string text)
    {
        StringBuilder found = new();
        bool on = false;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            on = line.Contains($" [{_rule}]", StringComparison.Ordinal) || (on && line.StartsWith(' '));
            _ = on ? found.Append(line).Append('\n') : found;
        }

        return found.ToString();
    }

    [GeneratedRegex("peipkg-build-[0-9a-f]{32}")]
    private static partial Regex Stage();

    [GeneratedRegex("^%repeat ([0-9]+) (.*)\n", RegexOptions.Multiline)]
    private static partial Regex Repeat();
}
