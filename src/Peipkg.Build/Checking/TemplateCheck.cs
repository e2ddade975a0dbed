using Peipkg.Build.Rules;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>Finds what a template of <c>new</c> leaves to the author, as long as it is still there.</summary>
internal static class TemplateCheck
{
    private const string Mark = "FIXME";

    private static readonly string[] Sections = ["meta", "package", "upstream"];

    internal static IEnumerable<Finding> Check(TomlTable root, string file) =>
        root
            .Entries.Where(entry => Sections.Contains(entry.Key))
            .SelectMany(entry => Find(entry.Key, entry.Value, file));

    private static IEnumerable<Finding> Find(string key, TomlNode node, string file) =>
        node switch
        {
            TomlString text when text.Value.Contains(Mark, StringComparison.Ordinal) =>
            [
                Finding.Of(
                    RecipeValueRules.Placeholder,
                    $"{key} still says what the template left to fill in",
                    file,
                    text.Position
                ),
            ],
            TomlArray array => array.Items.SelectMany(item => Find(key, item, file)),
            TomlTable table => table.Entries.SelectMany(entry => Find(entry.Key, entry.Value, file)),
            _ => [],
        };
}
