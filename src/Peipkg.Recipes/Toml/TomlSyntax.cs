using Peipkg.Recipes.Bounds;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Peipkg.Recipes.Toml;

/// <summary>
/// The one place that calls the TOML library. Whatever the library throws, of whatever kind, becomes a problem of the file
/// with its place.
/// </summary>
internal static class TomlSyntax
{
    /// <summary>Reads a document; mistakes in its syntax, duplicates included, go to the problems.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="problems">Where mistakes go. The tree is only of use when there are none.</param>
    internal static TomlTable Read(string text, ProblemList problems)
    {
        TomlTable root = new(TomlPosition.Start);
        if (TomlElements.Count(text) > RecipeLimits.FileElements)
        {
            problems.Error(
                TomlPosition.Start,
                $"the file has more than {RecipeLimits.FileElements} keys, values and brackets",
                RecipeRule.Syntax
            );
            return root;
        }

        try
        {
            if (!HasTooManyMistakes(text, problems))
            {
                DocumentSyntax document = SyntaxParser.Parse(text, problems.File, validate: true);
                Report(document, text, problems);
                if (!problems.HasErrors)
                {
                    TomlTreeBuilder.Build(document, root);
                }
            }
        }
#pragma warning disable CA1031 // A library's fault over one file must not become a fault of the whole program.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            problems.Error(
                PlaceAt(text, ShortestFailure(text)),
                exception is TomlException && exception.Message.Contains("depth", StringComparison.Ordinal)
                    ? "values are nested more than 64 levels deep"
                    : "this is not TOML: the string, the key or the value here is not complete",
                RecipeRule.Syntax
            );
        }

        return root;
    }

    // The parser keeps every mistake in memory, so a long file is tried from its beginning, and left where its mistakes are
    // more than are listed. What follows a piece's end does not change the mistakes before it.
    private static bool HasTooManyMistakes(string text, ProblemList problems)
    {
        for (int length = RecipeLimits.FirstPieceCharacters; length < text.Length; length *= 2)
        {
            string piece = text[..(text.LastIndexOf('\n', length) + 1)];
            DocumentSyntax document = SyntaxParser.Parse(piece, problems.File, validate: false);
            if (document.Diagnostics.Count > 2 * RecipeLimits.ListedProblems)
            {
                Report(document, piece, problems);
                return true;
            }
        }

        return false;
    }

    private static void Report(DocumentSyntax document, string text, ProblemList problems)
    {
        TomlPosition end = PlaceAt(text, text.TrimEnd('\n', '\r').Length);
        int told = 0;
        foreach (
            (string message, TomlPosition place) in document
                .Diagnostics.Where(message => message.Kind == DiagnosticMessageKind.Error)
                .Select(message =>
                    (message.Message, TomlSyntaxMessage.IsOfEnd(message) ? end : TomlTreeBuilder.Place(message.Span))
                )
                .OrderBy(pair => pair.Item2)
        )
        {
            // What follows on the same line is mostly said of the same mistake.
            if (place.Line == told)
            {
                continue;
            }

            told = place.Line;
            if (problems.IsFull)
            {
                problems.CountErrors(1);
            }
            else
            {
                problems.Error(place, TomlSyntaxMessage.Improve(message), RecipeRule.Syntax);
            }
        }
    }

    // Where the library stopped is nowhere in what it throws, but the beginning of the text up to there fails as well.
    private static int ShortestFailure(string text)
    {
        int good = 0;
        int bad = Math.Min(256, text.Length);
        while (bad < text.Length && !Fails(text[..bad]))
        {
            good = bad;
            bad = Math.Min(2 * bad, text.Length);
        }

        while (bad - good > 1)
        {
            int middle = good + ((bad - good) / 2);
            (good, bad) = Fails(text[..middle]) ? (good, middle) : (middle, bad);
        }

        return good;
    }

    private static bool Fails(string text)
    {
        try
        {
            DocumentSyntax document = SyntaxParser.Parse(text, validate: true);
            if (!document.HasErrors)
            {
                TomlTreeBuilder.Build(document, new TomlTable(TomlPosition.Start));
            }

            return false;
        }
#pragma warning disable CA1031 // Likewise.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }

    private static TomlPosition PlaceAt(string text, int index)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, index);
        int line = before.Count('\n') + 1;
        int column = 1;
        foreach (System.Text.Rune _ in before[(before.LastIndexOf('\n') + 1)..].EnumerateRunes())
        {
            column++;
        }

        return new TomlPosition(line, column);
    }
}
