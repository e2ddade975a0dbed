using System.Text.RegularExpressions;
using Tomlyn.Syntax;

namespace Peipkg.Recipes.Toml;

/// <summary>Puts the parser's messages into the words of the other ones.</summary>
internal static partial class TomlSyntaxMessage
{
    private const string EndOfFile = "<eof>";
    private const int LongestPart = 200;

    // The parser speaks of its tokens; these are the mistakes that people make.
    private static readonly (Regex Pattern, string Words)[] Translations =
    [
        (BareWord(), "\"$1\" is not a value; write text in quotes: \"$1\""),
        (NoValueBeforeComma(), "a value is missing before the comma"),
        (NoValue(), "\"$1\" is not a value"),
        (EmptyValue(), "a value is missing after \"=\""),
        (NoEquals(), "\"=\" is missing after the key"),
        (NoKey(), "\"$1\" cannot be here; a line is a key, \"=\" and a value"),
        (UnclosedHeader(), "the \"$1\" that closes the section's name is missing"),
        (MoreOnLine(), "nothing may follow on the same line; start a new line before \"$1\""),
        (NoComma(), "a comma, or the \"]\" that closes the array, is missing before this"),
        (UnclosedArray(), "the \"]\" that closes the array is missing before this"),
        (UnclosedTable(), "the \"}\" that closes the table is missing before this"),
        (UnclosedString(), "the quote that closes the string is missing on this line"),
        (UnclosedText(), "the quotes that close the text of several lines are missing"),
        (BadEscape(), "\"\\$1\" is not an escape; write \"\\\\$1\", or the whole text in single quotes"),
    ];

    /// <summary>Whether a message is about the end of the file, which the parser puts at its beginning.</summary>
    internal static bool IsOfEnd(DiagnosticMessage message) =>
        message.Span.Start is { Line: 0, Column: 0 } && message.Message.Contains(EndOfFile, StringComparison.Ordinal);

    internal static string Improve(string message)
    {
        message = Shorten(message);
        const string Start = "The key `";
        const string Middle = "` is already defined at (";
        int middle = message.IndexOf(Middle, StringComparison.Ordinal);
        if (message.StartsWith(Start, StringComparison.Ordinal) && middle > 0)
        {
            string line = message[(middle + Middle.Length)..].Split(',')[0];
            return $"\"{message[Start.Length..middle]}\" is already defined on line {line}";
        }

        foreach ((Regex pattern, string words) in Translations)
        {
            if (pattern.Match(message) is { Success: true } match)
            {
                return match.Result(words);
            }
        }

        string text = message
            .Replace("\u2424", "end of line", StringComparison.Ordinal)
            .Replace(EndOfFile, "end of file", StringComparison.Ordinal)
            .Replace('`', '"');
        return text.Length == 0 ? "not TOML" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    // A token may be as long as the file; what the patterns look for stands before and after it.
    private static string Shorten(string message) =>
        message.Length <= 2 * LongestPart ? message : $"{message[..LongestPart]}…{message[^LongestPart..]}";

    [GeneratedRegex("^Unexpected token `([A-Za-z][^`,]*)` for a value", RegexOptions.IgnoreCase)]
    private static partial Regex BareWord();

    [GeneratedRegex("^Unexpected token `,` for a value", RegexOptions.IgnoreCase)]
    private static partial Regex NoValueBeforeComma();

    [GeneratedRegex("^Unexpected token `(.+)` for a value", RegexOptions.IgnoreCase)]
    private static partial Regex NoValue();

    [GeneratedRegex("end-of-line found while expecting a value", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyValue();

    [GeneratedRegex("^Expecting `=` after a key", RegexOptions.IgnoreCase)]
    private static partial Regex NoEquals();

    [GeneratedRegex("^Unexpected token \\[(.+)\\] found", RegexOptions.IgnoreCase)]
    private static partial Regex NoKey();

    [GeneratedRegex("while expecting `(\\]+)`", RegexOptions.IgnoreCase)]
    private static partial Regex UnclosedHeader();

    [GeneratedRegex(
        "^Unexpected token found `(.+)` \\(token: .*while expecting token `newline`",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex MoreOnLine();

    [GeneratedRegex("^Missing a `,`", RegexOptions.IgnoreCase)]
    private static partial Regex NoComma();

    [GeneratedRegex("Expecting a closing `\\]` for an array", RegexOptions.IgnoreCase)]
    private static partial Regex UnclosedArray();

    [GeneratedRegex("while parsing inline table", RegexOptions.IgnoreCase)]
    private static partial Regex UnclosedTable();

    [GeneratedRegex("^Invalid newline in a string", RegexOptions.IgnoreCase)]
    private static partial Regex UnclosedString();

    [GeneratedRegex("^Invalid End-Of-File found for multi-line string", RegexOptions.IgnoreCase)]
    private static partial Regex UnclosedText();

    [GeneratedRegex("^Unexpected escape character \\[(.)\\]", RegexOptions.IgnoreCase)]
    private static partial Regex BadEscape();
}
