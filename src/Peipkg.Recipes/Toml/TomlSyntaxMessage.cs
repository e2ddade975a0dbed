using Tomlyn.Syntax;

namespace Peipkg.Recipes.Toml;

/// <summary>Puts the parser's messages into the words of the other ones.</summary>
internal static class TomlSyntaxMessage
{
    // The parser puts the end of the file at its beginning.
    private const string EndOfFile = "<eof>";

    internal static TomlPosition Place(DiagnosticMessage message, string text)
    {
        if (!message.Message.Contains(EndOfFile, StringComparison.Ordinal))
        {
            return TomlTreeBuilder.Place(message.Span);
        }

        string[] lines = text.TrimEnd('\n', '\r').Split('\n');
        return new TomlPosition(lines.Length, lines[^1].Length + 1);
    }

    internal static string Improve(string message)
    {
        const string Start = "The key `";
        const string Middle = "` is already defined at (";
        int middle = message.IndexOf(Middle, StringComparison.Ordinal);
        if (message.StartsWith(Start, StringComparison.Ordinal) && middle > 0)
        {
            string line = message[(middle + Middle.Length)..].Split(',')[0];
            return $"\"{message[Start.Length..middle]}\" is already defined on line {line}";
        }

        string text = message.Replace("\u2424", "end of line", StringComparison.Ordinal)
            .Replace(EndOfFile, "end of file", StringComparison.Ordinal).Replace('`', '"');
        return text.Length == 0 ? "not TOML" : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
