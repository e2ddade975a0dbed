namespace Peipkg.Recipes.Toml;

/// <summary>A value of a TOML document with its place.</summary>
/// <param name="Position">Where it begins; for a table that has a header, the header.</param>
public abstract record TomlNode(TomlPosition Position)
{
    /// <summary>What it is, with its article: <c>a string</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>A string.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Value">Its text, escapes resolved.</param>
public sealed record TomlString(TomlPosition Position, string Value) : TomlNode(Position)
{
    /// <inheritdoc/>
    public override string Kind => "a string";
}

/// <summary>An integer.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Value">Its value.</param>
public sealed record TomlInteger(TomlPosition Position, long Value) : TomlNode(Position)
{
    /// <inheritdoc/>
    public override string Kind => "an integer";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Value">Its value.</param>
public sealed record TomlBoolean(TomlPosition Position, bool Value) : TomlNode(Position)
{
    /// <inheritdoc/>
    public override string Kind => "a boolean";
}

/// <summary>A kind of value that no file of these tools uses: a float or a date.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Name">What it is, with its article.</param>
public sealed record TomlUnused(TomlPosition Position, string Name) : TomlNode(Position)
{
    /// <inheritdoc/>
    public override string Kind => Name;
}

/// <summary>An array, written with brackets or as repeated <c>[[headers]]</c>.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Items">Its values in order.</param>
/// <param name="FromHeaders">Whether it was written as repeated headers.</param>
public sealed record TomlArray(TomlPosition Position, IReadOnlyList<TomlNode> Items, bool FromHeaders)
    : TomlNode(Position)
{
    /// <inheritdoc/>
    public override string Kind => "an array";
}

/// <summary>A table, written with a header, with braces, or by dotted keys.</summary>
/// <param name="Position">Where it begins.</param>
public sealed record TomlTable(TomlPosition Position) : TomlNode(Position)
{
    private readonly Dictionary<string, TomlEntry> _entries = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Kind => "a table";

    /// <summary>The entries in the order of the file.</summary>
    public IReadOnlyCollection<TomlEntry> Entries => _entries.Values;

    /// <summary>The name of the table that this one was made from; null if it is written in the file.</summary>
    internal string? MadeFrom { get; init; }

    /// <summary>The entry with a key, or null.</summary>
    public TomlEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <summary>The tables of an array; none where the key holds no array.</summary>
    public IEnumerable<TomlTable> Tables(string key) =>
        Find(key)?.Value is TomlArray array ? array.Items.OfType<TomlTable>() : [];

    internal void Add(TomlEntry entry) => _entries.TryAdd(entry.Key, entry);

    /// <summary>Puts another value into the place of one that is there.</summary>
    internal void Replace(string key, TomlNode value) => _entries[key] = _entries[key] with { Value = value };
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="Position">Where the key was first written.</param>
/// <param name="Value">The value.</param>
public sealed record TomlEntry(string Key, TomlPosition Position, TomlNode Value);
