using Peipkg.Format.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// Reads one table by asking for its keys. A value of another type, a missing required key and, at
/// <see cref="Finish"/>, every key that nobody asked for become problems with their places; reading goes on.
/// </summary>
/// <param name="problems">Where the problems go.</param>
/// <param name="label">What the table is called in messages, as <c>[meta]</c>.</param>
/// <param name="table">The table.</param>
public sealed class TomlSection(ProblemList problems, string label, TomlTable table)
{
    private readonly List<string> _known = [];
    private readonly List<(string Key, string Kind)> _missing = [];

    /// <summary>Where the problems go.</summary>
    public ProblemList Problems { get; } = problems;

    /// <summary>What the table is called in messages.</summary>
    public string Label { get; } = label;

    /// <summary>Where the table begins.</summary>
    public TomlPosition Position => table.Position;

    /// <summary>The name of the table that this one was made from; null if it is written in the file.</summary>
    public string? MadeFrom => table.MadeFrom;

    /// <summary>Whether the table has a key, of whatever type.</summary>
    public bool Has(string key) => table.Find(key) is not null;

    /// <summary>Where a key's value begins; the table's own place when it has no such key.</summary>
    public TomlPosition PositionOf(string key) => table.Find(key)?.Value.Position ?? Position;

    /// <summary>Whether a key holds a string, where it may also hold something else.</summary>
    public bool IsString(string key) => table.Find(key)?.Value is TomlString;

    /// <summary>The value of a key, where it may be of several types; null when the table has no such key.</summary>
    public TomlNode? NodeOf(string key) => Get(key, required: false, "");

    /// <summary>The keys with their places, where they are names that the file chooses.</summary>
    public IEnumerable<Located<string>> Keys =>
        table.Entries.Select(entry => new Located<string>(entry.Key, entry.Position));

    /// <summary>Reads a string.</summary>
    public Located<string>? String(string key, bool required = false) =>
        Get(key, required, "a string") is not { } node ? null
        : node is TomlString text ? new(text.Value, text.Position)
        : Wrong<string>(key, "a string", node);

    /// <summary>Reads a string and makes an identity or another value of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="parser">What reads the text, or says in a sentence what is wrong with it.</param>
    /// <param name="required">Whether its absence is a problem.</param>
    /// <param name="rule">The rule that a value breaks which the parser refuses.</param>
    public Located<T>? Parsed<T>(
        string key,
        ValueParser<T> parser,
        bool required = false,
        string rule = RecipeRule.Value
    )
    {
        if (String(key, required) is not { } text)
        {
            return null;
        }

        if (parser(text.Value, out T value, out string? error))
        {
            return new(value, text.Position);
        }

        Problems.Error(text.Position, $"{key} in {Label}: {error}", rule);
        return null;
    }

    /// <summary>Reads an integer.</summary>
    public Located<long>? Integer(string key, bool required = false) =>
        Get(key, required, "an integer") is not { } node ? null
        : node is TomlInteger integer ? new(integer.Value, integer.Position)
        : Wrong<long>(key, "an integer", node);

    /// <summary>Reads a boolean.</summary>
    public Located<bool>? Boolean(string key, bool required = false) =>
        Get(key, required, "a boolean") is { } node ? Boolean(key, "a boolean", node) : null;

    /// <summary>Reads a boolean, where a value of another type would also do.</summary>
    /// <param name="key">The key.</param>
    /// <param name="kinds">What the value may be, for the message.</param>
    public Located<bool>? Boolean(string key, string kinds) =>
        Get(key, required: false, kinds) is { } node ? Boolean(key, kinds, node) : null;

    /// <summary>Opens a table; null where the key is absent.</summary>
    public TomlSection? Table(string key) =>
        Get(key, required: false, "a table") switch
        {
            null => null,
            TomlTable inner => new TomlSection(Problems, $"{key} of {Label}", inner),
            { } other => WrongTable(key, other),
        };

    /// <summary>Reads an array of strings; empty where the key is absent.</summary>
    public IReadOnlyList<Located<string>> Strings(string key, bool required = false)
    {
        List<Located<string>> strings = [];
        foreach (TomlNode item in Items(key, required, "an array of strings"))
        {
            if (item is TomlString text)
            {
                strings.Add(new(text.Value, text.Position));
            }
            else
            {
                Problems.Error(
                    item.Position,
                    $"{key} in {Label} must hold strings, not {item.Kind}",
                    RecipeRule.WrongType
                );
            }
        }

        return strings;
    }

    /// <summary>Opens an array of tables, as <c>[{ name = "x" }]</c>; empty where the key is absent.</summary>
    public IReadOnlyList<TomlSection> Tables(string key)
    {
        List<TomlSection> tables = [];
        foreach (TomlNode item in Items(key, required: false, "an array of tables"))
        {
            if (item is TomlTable inner)
            {
                tables.Add(new TomlSection(Problems, $"{key} of {Label}", inner));
            }
            else
            {
                Problems.Error(
                    item.Position,
                    item is TomlString text
                        ? $"{key} in {Label} must hold tables; write {{ name = \"{text.Value}\" }}"
                        : $"{key} in {Label} must hold tables such as {{ name = \"…\" }}, not {item.Kind}",
                    RecipeRule.WrongType
                );
            }
        }

        return tables;
    }

    /// <summary>
    /// Reports every key that was not asked for, with the nearest one that was or all of them, and the required ones that are missing,
    /// unless one of the former is most likely meant for it.
    /// </summary>
    public void Finish()
    {
        string[] unknown =
        [
            .. table
                .Entries.Select(entry => entry.Key)
                .Where(key => !_known.Contains(key))
                .Take(RecipeLimits.ListedProblems),
        ];
        foreach (
            (string key, string kind) in _missing.Where(missing =>
                unknown.All(word => NearestName.Find(word, _known) != missing.Key)
            )
        )
        {
            Problems.Error(Position, $"{Label} needs {key}, {kind}", RecipeRule.MissingKey);
        }

        foreach (TomlEntry entry in table.Entries.Where(entry => !_known.Contains(entry.Key)))
        {
            if (Problems.IsFull)
            {
                Problems.CountErrors(1);
            }
            else
            {
                string hint = NearestName.Suggestion(entry.Key, _known);
                Problems.Error(
                    entry.Position,
                    $"unknown key \"{entry.Key}\" in {Label}{(hint.Length > 0 ? hint : $" (known keys: {string.Join(", ", _known.Distinct())})")}",
                    RecipeRule.UnknownKey
                );
            }
        }
    }

    private TomlNode? Get(string key, bool required, string kind)
    {
        _known.Add(key);
        TomlNode? node = table.Find(key)?.Value;
        if (node is null && required)
        {
            _missing.Add((key, kind));
        }

        return node;
    }

    private IReadOnlyList<TomlNode> Items(string key, bool required, string kind)
    {
        switch (Get(key, required, kind))
        {
            case null:
                return [];
            case TomlArray array:
                return array.Items;
            case { } other:
                Problems.Error(
                    other.Position,
                    $"{key} in {Label} must be {kind}, not {other.Kind}",
                    RecipeRule.WrongType
                );
                return [];
        }
    }

    private Located<bool>? Boolean(string key, string kinds, TomlNode node) =>
        node is TomlBoolean boolean ? new(boolean.Value, boolean.Position) : Wrong<bool>(key, kinds, node);

    private TomlSection? WrongTable(string key, TomlNode node)
    {
        Wrong<bool>(key, "a table", node);
        return null;
    }

    private Located<T>? Wrong<T>(string key, string kind, TomlNode node)
    {
        Problems.Error(node.Position, $"{key} in {Label} must be {kind}, not {node.Kind}", RecipeRule.WrongType);
        return null;
    }
}
