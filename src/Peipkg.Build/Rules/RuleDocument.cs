using System.Globalization;
using System.Text;

namespace Peipkg.Build.Rules;

/// <summary>The table of rules as Markdown; all of it is <c>docs/rules.md</c>.</summary>
internal static class RuleDocument
{
    /// <summary>Where the page is published.</summary>
    internal const string File = "docs/rules.md";

    /// <summary>All rules, with an introduction and an overview.</summary>
    internal static string Write()
    {
        StringBuilder text = new(
            """
            # Rules

            The rules that `peipkg-build` checks in recipes, build scripts and packages. This page is the output of
            `peipkg-build rules`, which a test ensures; `peipkg-build rules NAME` prints a single rule.

            An *error* makes the command fail. A *warning* or a *note* does not. `--deny NAME` turns the findings of a rule into
            errors, `--deny warnings` does so for all warnings, and `--allow NAME` silences a rule that is not an error. `check`,
            `build` and `pack` take both options.

            | rule | severity | checked by | violation |
            |---|---|---|---|

            """.ReplaceLineEndings("\n")
        );
        foreach (Rule rule in RuleTable.All)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| [`{rule.Id}`](#{rule.Id}) | {rule.Severity.Text()} | {Finders(rule.Finder)} | {rule.Summary.Replace("|", "\\|", StringComparison.Ordinal)} |\n"
            );
        }

        foreach ((string title, IReadOnlyList<Rule> rules) in RuleTable.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n");
            foreach (Rule rule in rules)
            {
                text.Append('\n');
                WriteOne(rule, text);
            }
        }

        return text.ToString();
    }

    /// <summary>Some rules alone.</summary>
    internal static string Write(IEnumerable<Rule> rules)
    {
        StringBuilder text = new();
        foreach (Rule rule in rules)
        {
            text.Append(text.Length > 0 ? "\n" : "");
            WriteOne(rule, text);
        }

        return text.ToString();
    }

    private static void WriteOne(Rule rule, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {rule.Id}\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{rule.Summary} ({rule.Severity.Text()}, checked by {Finders(rule.Finder)}{Editions(rule)})\n\n"
        );
        text.Append(CultureInfo.InvariantCulture, $"{rule.Why}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"*Remedy:* {rule.Remedy}\n\n");
        text.Append("```text\n").Append(rule.Example.ReplaceLineEndings("\n")).Append("\n```\n");
    }

    private static string Editions(Rule rule) => rule.Edition is { } edition ? $", in edition `{edition}` only" : "";

    private static string Finders(Finder finder)
    {
        string[] names =
        [
            .. new[] { (Finder.Check, "check"), (Finder.Build, "build"), (Finder.Pack, "pack") }
                .Where(pair => finder.HasFlag(pair.Item1))
                .Select(pair => $"`{pair.Item2}`"),
        ];
        return string.Join(", ", names);
    }
}
