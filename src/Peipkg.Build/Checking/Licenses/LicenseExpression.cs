using Peipkg.Build.Rules;
using Peipkg.Format.Text;

namespace Peipkg.Build.Checking.Licenses;

/// <summary>
/// Checks SPDX licence expressions: identifiers, <c>LicenseRef-…</c>, <c>+</c>, WITH, AND, OR and parentheses.
/// </summary>
internal sealed class LicenseExpression
{
    // Nobody nests deeper, and the recursion must be bounded.
    private const int DeepestParentheses = 32;

    private static readonly string[] Operators = ["AND", "OR", "WITH"];

    private readonly List<string> _words;
    private readonly List<(string Rule, string Message)> _problems = [];
    private int _at;
    private int _depth;

    private LicenseExpression(string text) => _words = Split(text);

    private string? Word => _at < _words.Count ? _words[_at] : null;

    /// <summary>What is wrong with an expression: nothing, one mistake of its form, or any number of its identifiers.</summary>
    internal static IReadOnlyList<(string Rule, string Message)> Check(string text)
    {
        LicenseExpression expression = new(text);
        string? fault = expression._words.Count == 0 ? "it is empty" : expression.Alternatives();
        if (fault is null && expression.Word is { } rest)
        {
            fault =
                rest == ")" ? "a \")\" closes nothing"
                : Operators.Contains(rest.ToUpperInvariant()) ? $"write {rest.ToUpperInvariant()} in capitals"
                : $"AND, OR or WITH is missing before {DisplayText.Quote(rest)}";
        }

        return fault is null
            ? expression._problems
            : [(RecipeValueRules.LicenseSyntax, $"{DisplayText.Quote(text)} is not an SPDX expression: {fault}")];
    }

    private string? Alternatives()
    {
        string? fault = All();
        while (fault is null && Take("OR"))
        {
            fault = All();
        }

        return fault;
    }

    private string? All()
    {
        string? fault = One();
        while (fault is null && Take("AND"))
        {
            fault = One();
        }

        return fault;
    }

    private string? One()
    {
        if (Take("("))
        {
            if (++_depth > DeepestParentheses)
            {
                return $"parentheses are nested more than {DeepestParentheses} deep";
            }

            string? fault = Alternatives();
            _depth--;
            return fault ?? (Take(")") ? null : "a \"(\" is never closed");
        }

        if (Word is not { } id || id == ")" || Operators.Contains(id))
        {
            return _at == 0 ? "it does not begin with a licence" : $"a licence is missing after {_words[_at - 1]}";
        }

        _at++;
        return CheckLicense(id) ?? (Take("WITH") ? CheckException() : null);
    }

    private string? CheckLicense(string id)
    {
        if (IsReference(id, "LicenseRef-"))
        {
            return null;
        }

        bool orLater = id.EndsWith('+');
        string name = orLater ? id[..^1] : id;
        if (!IsIdentifier(name))
        {
            return $"{DisplayText.Quote(id)} is not an identifier; those are made of letters, digits, '-' and '.'";
        }

        switch (SpdxList.OfLicense(name))
        {
            case SpdxList.Standing.Unknown:
                _problems.Add(
                    (
                        RecipeValueRules.LicenseUnknown,
                        $"{DisplayText.Quote(name)} is not on the SPDX list{SpdxList.LicenseSuggestion(name)}"
                    )
                );
                break;
            case SpdxList.Standing.Deprecated:
                _problems.Add(
                    (
                        RecipeValueRules.LicenseDeprecated,
                        SpdxList.Successors(name) is { } successors
                            ? $"{DisplayText.Quote(name)} is deprecated; write {(orLater ? $"{name}-or-later" : successors)}"
                            : $"{DisplayText.Quote(name)} is deprecated; https://spdx.org/licenses/{name}.html names its successor"
                    )
                );
                break;
        }

        return null;
    }

    private string? CheckException()
    {
        if (Word is not { } id || id is "(" or ")" || Operators.Contains(id))
        {
            return "an exception is missing after WITH";
        }

        _at++;
        if (!IsReference(id, "AdditionRef-") && SpdxList.OfException(id) == SpdxList.Standing.Unknown)
        {
            _problems.Add(
                (
                    RecipeValueRules.LicenseUnknown,
                    $"the exception {DisplayText.Quote(id)} is not on the SPDX list{SpdxList.ExceptionSuggestion(id)}"
                )
            );
        }

        return null;
    }

    private bool Take(string word)
    {
        bool taken = Word == word;
        _at += taken ? 1 : 0;
        return taken;
    }

    private static bool IsReference(string id, string kind)
    {
        int colon = id.IndexOf(':', StringComparison.Ordinal);
        string own = id[(colon + 1)..];
        return own.StartsWith(kind, StringComparison.Ordinal)
            && IsIdentifier(own[kind.Length..])
            && (
                colon < 0
                || (
                    id.StartsWith("DocumentRef-", StringComparison.Ordinal)
                    && IsIdentifier(id["DocumentRef-".Length..colon])
                )
            );
    }

    private static bool IsIdentifier(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    private static List<string> Split(string text) =>
        [
            .. text.Replace("(", " ( ", StringComparison.Ordinal)
                .Replace(")", " ) ", StringComparison.Ordinal)
                .Split((char[]?)[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries),
        ];
}
