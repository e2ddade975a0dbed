using System.Text.RegularExpressions;
using Peipkg.Format.Editions;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Toml;

namespace Peipkg.Recipes;

/// <summary>
/// Replaces <c>{{version}}</c>, <c>{{arch}}</c> and <c>{{triplet}}</c> in stanzas before they are read, so that every rule
/// applies to what they stand for.
/// </summary>
internal sealed partial class StanzaPlaceholders
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
        foreach (TomlTable stanza in Stanzas(file))
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

    internal static IEnumerable<TomlTable> Stanzas(TomlFile file) =>
        file.Root.Find("package")?.Value is TomlArray array ? array.Items.OfType<TomlTable>() : [];

    private TomlNode Expand(TomlNode node)
    {
        switch (node)
        {
            case TomlString { Value: var text } found when text.Contains("{{", StringComparison.Ordinal):
                return found with { Value = Placeholder().Replace(text, match => ValueOf(match, found.Position)) };
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

    private string ValueOf(Match match, TomlPosition position)
    {
        string name = match.Groups[1].Value;
        if (!_values.TryGetValue(name, out string? value))
        {
            _problems.Error(
                position,
                $"{DisplayText.Quote(match.Value)} stands for nothing; the placeholders are "
                    + string.Join(", ", Names.Select(known => $"{{{{{known}}}}}"))
                    + NearestName.Suggestion(name, Names),
                RecipeRule.Value
            );
        }
        else if (value is null)
        {
            _problems.Error(
                position,
                $"{match.Value} stands for nothing in a {_values["arch"]} package",
                RecipeRule.Value
            );
        }

        return value ?? "";
    }

    [GeneratedRegex("\\{\\{([a-z_]+)\\}\\}")]
    private static partial Regex Placeholder();
}
