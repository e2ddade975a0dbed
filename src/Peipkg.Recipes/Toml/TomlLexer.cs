using System.Buffers;

namespace Peipkg.Recipes.Toml;

/// <summary>What a token of a TOML document is.</summary>
internal enum TomlTokenKind
{
    /// <summary>The end of a line.</summary>
    NewLine,

    /// <summary>A comment with its sign, without blanks at its end.</summary>
    Comment,

    /// <summary>A string with its quotes.</summary>
    String,

    /// <summary>Part of a key, or a value that is no string; dots belong to it.</summary>
    Bare,

    /// <summary>A bracket, brace, comma or equals sign.</summary>
    Sign,
}

/// <summary>A piece of a TOML document.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is written.</param>
/// <param name="Column">How many characters precede it in its line.</param>
internal readonly record struct TomlToken(TomlTokenKind Kind, string Text, int Column)
{
    /// <summary>Whether it is this sign.</summary>
    internal bool Is(char sign) => Kind == TomlTokenKind.Sign && Text[0] == sign;
}

/// <summary>Cuts a document into tokens; the blanks between them are dropped.</summary>
internal static class TomlLexer
{
    private const string Signs = "[]{},=";

    private static readonly SearchValues<char> EndsOfBare = SearchValues.Create(" \t\r\n#\"'" + Signs);

    /// <summary>The tokens of a document that the parser has found free of errors.</summary>
    internal static IEnumerable<TomlToken> Tokens(string text)
    {
        int at = 0;
        int line = 0;
        while (at < text.Length)
        {
            char next = text[at];
            if (next is ' ' or '\t' or '\r')
            {
                at++;
                continue;
            }

            (TomlTokenKind kind, int length) = next switch
            {
                '\n' => (TomlTokenKind.NewLine, 1),
                '#' => (TomlTokenKind.Comment, LengthOfComment(text.AsSpan(at))),
                '"' or '\'' => (TomlTokenKind.String, LengthOfString(text.AsSpan(at))),
                _ when Signs.Contains(next) => (TomlTokenKind.Sign, 1),
                _ => (TomlTokenKind.Bare, LengthOfBare(text.AsSpan(at))),
            };
            string token = text.Substring(at, length);
            yield return new TomlToken(kind, kind == TomlTokenKind.Comment ? token.TrimEnd() : token, at - line);
            at += length;
            line = kind is TomlTokenKind.NewLine or TomlTokenKind.String ? text.LastIndexOf('\n', at - 1) + 1 : line;
        }
    }

    /// <summary>The length of the string at the beginning; where it is not closed, what is taken for it.</summary>
    internal static int LengthOfString(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> quote = text.StartsWith("\"\"\"") || text.StartsWith("'''") ? text[..3] : text[..1];
        for (int i = quote.Length; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote[0] == '"')
            {
                i++;
            }
            else if (text[i..].StartsWith(quote))
            {
                return i + quote.Length + (quote.Length == 3 ? QuotesBefore(text[i..]) : 0);
            }
            else if (text[i] == '\n' && quote.Length == 1)
            {
                return i;
            }
        }

        return text.Length;
    }

    // A string of several lines may end in one or two quotes of its own.
    private static int QuotesBefore(ReadOnlySpan<char> closing)
    {
        int count = 0;
        while (count < 2 && closing.Length > count + 3 && closing[count + 3] == closing[0])
        {
            count++;
        }

        return count;
    }

    private static int LengthOfComment(ReadOnlySpan<char> text)
    {
        int end = text.IndexOf('\n');
        return end < 0 ? text.Length : end;
    }

    private static int LengthOfBare(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(EndsOfBare);
        return end < 0 ? text.Length : end;
    }
}
