using Tomlyn.Syntax;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// Builds the tree of values from a document that the parser found free of errors, duplicates included: headers, dotted
/// keys and repeated headers all end up as tables and arrays with the places of their keys.
/// </summary>
internal static class TomlTreeBuilder
{
    internal static void Build(DocumentSyntax document, TomlTable root)
    {
        AddAll(root, document.KeyValues);
        foreach (TableSyntaxBase header in document.Tables)
        {
            List<(string Text, TomlPosition Position)> path = Path(header.Name!);
            TomlTable parent = root;
            foreach ((string text, TomlPosition position) in path.SkipLast(1))
            {
                parent = Descend(parent, text, position);
            }

            (string last, TomlPosition place) = path[^1];
            TomlTable table =
                header is TableArraySyntax
                    ? Append(parent, last, place, Place(header.Span))
                    : Descend(parent, last, Place(header.Span));
            AddAll(table, header.Items);
        }
    }

    internal static TomlPosition Place(SourceSpan span) => new(span.Start.Line + 1, span.Start.Column + 1);

    private static void AddAll(TomlTable table, IEnumerable<KeyValueSyntax> pairs)
    {
        foreach (KeyValueSyntax pair in pairs)
        {
            List<(string Text, TomlPosition Position)> path = Path(pair.Key!);
            TomlTable parent = table;
            foreach ((string text, TomlPosition position) in path.SkipLast(1))
            {
                parent = Descend(parent, text, position);
            }

            parent.Add(new TomlEntry(path[^1].Text, path[^1].Position, Value(pair.Value!)));
        }
    }

    private static TomlNode Value(ValueSyntax syntax)
    {
        TomlPosition position = Place(syntax.Span);
        switch (syntax)
        {
            case StringValueSyntax text:
                return new TomlString(position, text.Value ?? "");
            case IntegerValueSyntax integer:
                return new TomlInteger(position, integer.Value);
            case BooleanValueSyntax boolean:
                return new TomlBoolean(position, boolean.Value);
            case ArraySyntax array:
                return new TomlArray(position, [.. array.Items.Select(item => Value(item.Value!))], FromHeaders: false);
            case InlineTableSyntax inline:
                TomlTable table = new(position);
                AddAll(table, inline.Items.Select(item => item.KeyValue!));
                return table;
            default:
                return new TomlUnused(
                    position,
                    syntax is FloatValueSyntax ? "a number with a fraction" : "a date or time"
                );
        }
    }

    private static TomlTable Descend(TomlTable parent, string key, TomlPosition position)
    {
        switch (parent.Find(key)?.Value)
        {
            case TomlTable table:
                return table;
            case TomlArray { Items: [.., TomlTable last] }:
                return last;
            default:
                TomlTable created = new(position);
                parent.Add(new TomlEntry(key, position, created));
                return created;
        }
    }

    private static TomlTable Append(TomlTable parent, string key, TomlPosition position, TomlPosition header)
    {
        TomlTable table = new(header);
        if (parent.Find(key)?.Value is TomlArray { Items: List<TomlNode> items })
        {
            items.Add(table);
        }
        else
        {
            parent.Add(
                new TomlEntry(key, position, new TomlArray(header, new List<TomlNode> { table }, FromHeaders: true))
            );
        }

        return table;
    }

    private static List<(string Text, TomlPosition Position)> Path(KeySyntax key) =>
        [Part(key.Key!), .. key.DotKeys.Select(dotted => Part(dotted.Key!))];

    private static (string Text, TomlPosition Position) Part(BareKeyOrStringValueSyntax part) =>
        (part is StringValueSyntax text ? text.Value ?? "" : ((BareKeySyntax)part).Key?.Text ?? "", Place(part.Span));
}
