using System.Text;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>
/// Replaces <c>{{version}}</c>, <c>{{arch}}</c> and <c>{{triplet}}</c> in stanzas before they are read, so that every rule
/// applies to what they stand for.
/// </summary>
internal sealed class StanzaPlaceholders
{
    // A placeholder for a version that is not known yet: no rule depends on which it is.
    private const string ExampleVersion = "1";

    private static readonly string[] Names = ["version", "arch", "triplet"];
    private static readonly string[] Keys =
    [
        "description",
        "files",
        "dependencies",
        "optional_dependencies",
        "conflicts",
        "provides",
        "replaces",
    ];

    private readonly ProblemList _problems;
    private readonly Dictionary<string, string?> _values;

    private StanzaPlaceholders(ProblemList problems, Dictionary<string, string?> values)
    {
        _problems = problems;
        _values = values;
    }

    /// <summary>Replaces the placeholders of all stanzas, and lists of architectures by the one that is taken.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="target">What it is read for.</param>
    /// <param name="edition">Tells the architectures' triplets.</param>
    internal static void Expand(TomlFile file, RecipeTarget target, Edition edition)
    {
        foreach (TomlTable stanza in file.Root.Tables("package"))
        {
            ArchitectureChoice.Make(stanza, target.Architecture, file.Problems);
            string? name = (stanza.Find("architecture")?.Value as TomlString)?.Value;
            Architecture? architecture = Architecture.TryParse(name, out Architecture known, out _) ? known : null;
            Dictionary<string, string?> values = new(StringComparer.Ordinal)
            {
                ["version"] = target.Version?.Upstream ?? ExampleVersion,
                ["arch"] = name ?? "",
                ["triplet"] = architecture is { } found ? edition.Layout.Find(found)?.Triplet : "",
            };
            StanzaPlaceholders placeholders = new(file.Problems, values);
            foreach (string key in Keys)
            {
                if (stanza.Find(key) is { } entry)
                {
                    stanza.Replace(key, placeholders.Expand(entry.Value));
                }
            }
        }
    }

    private TomlNode Expand(TomlNode node)
    {
        switch (node)
        {
            case TomlString { Value: var text } found when text.Contains("{{", StringComparison.Ordinal):
                return found with { Value = Expand(text, found.Position) };
            case TomlArray array:
                return array with { Items = [.. array.Items.Select(Expand)] };
            case TomlTable table:
                foreach (TomlEntry entry in table.Entries.ToArray())
                {
                    table.Replace(entry.Key, Expand(entry.Value));
                }

                return table;
            default:
                return node;
        }
    }

    private string Expand(string text, TomlPosition position)
    {
        StringBuilder expanded = new();
        int copied = 0;
        for (int open; (open = text.IndexOf("{{", copied, StringComparison.Ordinal)) >= 0; )
        {
            int end = open + 2;
            while (end < text.Length && text[end] is (>= 'a' and <= 'z') or '_')
            {
                end++;
            }

            if (end > open + 2 && text.AsSpan(end).StartsWith("}}"))
            {
                expanded.Append(text, copied, open - copied).Append(ValueOf(text[(open + 2)..end], position));
                copied = end + 2;
            }
            else
            {
                // A pattern may have braces of its own, and the second of these may begin a placeholder.
                expanded.Append(text, copied, open + 1 - copied);
                copied = open + 1;
            }
        }

        return expanded.Append(text, copied, text.Length - copied).ToString();
    }

    private string ValueOf(string name, TomlPosition position)
    {
        if (!_values.TryGetValue(name, out string? value))
        {
            _problems.Error(
                position,
                $"{DisplayText.Quote($"{{{{{name}}}}}")} stands for nothing; the placeholders are "
                    + string.Join(", ", Names.Select(known => $"{{{{{known}}}}}"))
                    + NearestName.Suggestion(name, Names),
                RecipeRule.Value
            );
        }
        else if (value is null)
        {
            _problems.Error(
                position,
                $"{{{{{name}}}}} stands for nothing in a {_values["arch"]} package",
                RecipeRule.Value
            );
        }

        return value ?? "";
    }
}
