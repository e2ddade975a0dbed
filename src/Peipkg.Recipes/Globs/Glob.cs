using System.Diagnostics.CodeAnalysis;
using Peipkg.Format.Text;
using Peipkg.Recipes.Bounds;

namespace Peipkg.Recipes.Globs;

/// <summary>
/// A pattern over paths relative to $DESTDIR, as stanzas claim their files with: <c>*</c> and <c>?</c> within a component
/// (leading dots included), <c>**</c> as a whole component for any depth, none included, <c>[a-z]</c> and <c>[!a-z]</c>
/// or <c>[^a-z]</c>, <c>{a,b}</c>, also nested, and <c>\</c> before a character that shall stand for itself. A pattern that
/// ends in <c>/</c> claims directories. Matching takes time proportional to path times pattern at worst.
/// </summary>
public sealed class Glob
{
    private readonly List<GlobNode> _nodes;
    private readonly string? _literal;
    private readonly string _prefix;

    /// <summary>Whether it is <c>**</c> or ends in the only special part, <c>/**</c>: it matches what is at and below its prefix.</summary>
    private readonly bool _isTree;
    private readonly string[] _needles = [];
    private readonly GlobProgram? _program;

    private Glob(string text, List<GlobNode> nodes)
    {
        Text = text;
        ClaimsDirectories = nodes is [.., GlobNode.Literal { Rune.Value: '/' }];
        if (ClaimsDirectories)
        {
            nodes.RemoveAt(nodes.Count - 1);
        }

        _nodes = nodes;
        LiteralPrefix = string.Concat(
            nodes.TakeWhile(node => node is GlobNode.Literal).Select(node => ((GlobNode.Literal)node).Rune)
        );
        _prefix = LiteralPrefix;
        if (nodes.All(node => node is GlobNode.Literal))
        {
            _literal = _prefix;
        }
        else
        {
            _program = new GlobProgram(nodes);

            // The last slash of the prefix may stand for nothing, as in "a/**".
            _prefix = LiteralPrefix.TrimEnd('/');
            _isTree =
                nodes is [GlobNode.DoubleStar] or [.., GlobNode.Literal { Rune.Value: '/' }, GlobNode.DoubleStar]
                && nodes.Count(node => node is not GlobNode.Literal) == 1;
            _needles = GlobNeedles.Of(nodes);
        }
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Whether it claims directories, not files and symlinks: it ends in a slash.</summary>
    public bool ClaimsDirectories { get; }

    /// <summary>Whether it is one path, without anything special.</summary>
    public bool IsLiteral => _literal is not null;

    /// <summary>What every match begins with: all of a pattern without anything special, else the part before that.</summary>
    public string LiteralPrefix { get; }

    /// <summary>Patterns of a program's own, which are right.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    public static Glob[] ParseAll(params string[] patterns) =>
        [
            .. patterns.Select(pattern =>
                TryParse(pattern, out Glob glob, out string? error)
                    ? glob
                    : throw new ArgumentException(error, nameof(patterns))
            ),
        ];

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The candidate.</param>
    /// <param name="value">The pattern; null when there is an error.</param>
    /// <param name="error">A sentence that says what is wrong with the candidate.</param>
    public static bool TryParse(string? text, out Glob value, [NotNullWhen(false)] out string? error)
    {
        value = null!;
        error = FaultOfPath(text ?? "");
        if (error is null)
        {
            GlobParser parser = new(text!);
            List<GlobNode> nodes = parser.Parse();
            error = parser.Error;
            value = error is null ? new Glob(text!, nodes) : null!;
        }

        if (error is not null)
        {
            error = $"{DisplayText.Quote(text)} is not a file pattern: {error}";
        }

        return error is null;
    }

    /// <summary>Whether a path matches the whole pattern.</summary>
    /// <param name="path">
    /// A path relative to $DESTDIR, without slashes at either end; of a directory if the pattern claims directories.
    /// </param>
    public bool IsMatch(ReadOnlySpan<char> path) =>
        _literal is not null
            ? path.SequenceEqual(_literal)
            : path.StartsWith(_prefix, StringComparison.Ordinal)
                && (
                    _isTree
                        ? _prefix.Length == 0 || path.Length == _prefix.Length || path[_prefix.Length] == '/'
                        : GlobNeedles.MayMatch(_needles, path[_prefix.Length..]) && _program!.IsMatch(path)
                );

    /// <summary>A path that both patterns match, or null: then there is none, or the patterns are too large to compare.</summary>
    /// <param name="other">A pattern that also claims files, or that also claims directories.</param>
    /// <param name="budget">What the comparison may take; where nothing is left, nothing is found.</param>
    /// <exception cref="OperationCanceledException">The budget's token was cancelled.</exception>
    public string? CommonPath(Glob other, GlobBudget budget)
    {
        string common = LiteralPrefix.Length < other.LiteralPrefix.Length ? LiteralPrefix : other.LiteralPrefix;
        string longer = common.Length == LiteralPrefix.Length ? other.LiteralPrefix : LiteralPrefix;
        if (
            !budget.TrySpend()
            || ClaimsDirectories != other.ClaimsDirectories
            || !longer.StartsWith(common.TrimEnd('/'), StringComparison.Ordinal)
        )
        {
            return null;
        }

        // Found or not, the patterns themselves have the last word.
        string? path = _literal ?? other._literal ?? GlobIntersection.Find(_nodes, other._nodes, budget);
        return path is not null && IsMatch(path, budget) && other.IsMatch(path, budget) ? path : null;
    }

    /// <summary>Whether this pattern certainly matches whatever another one matches; there may be more such pairs.</summary>
    /// <param name="other">The other pattern.</param>
    /// <param name="budget">What the comparison may take; where nothing is left, the answer is no.</param>
    /// <exception cref="OperationCanceledException">The budget's token was cancelled.</exception>
    public bool Covers(Glob other, GlobBudget budget) =>
        budget.TrySpend()
        && ClaimsDirectories == other.ClaimsDirectories
        && (
            Text == other.Text
            || (other._literal is { } path && IsMatch(path, budget))
            || (_isTree && other.LiteralPrefix.StartsWith(LiteralPrefix, StringComparison.Ordinal))
        );

    /// <inheritdoc/>
    public override string ToString() => Text;

    // A match takes the time of path times pattern at worst, and a sixteenth of that usually.
    private bool IsMatch(string path, GlobBudget budget) =>
        budget.TrySpend(1 + ((long)path.Length * Text.Length / 16)) && IsMatch(path);

    private static string? FaultOfPath(string text)
    {
        if (text.Length is 0 or > RecipeLimits.GlobCharacters)
        {
            return text.Length == 0 ? "it is empty" : $"it is longer than {RecipeLimits.GlobCharacters} characters";
        }

        if (text[0] == '/')
        {
            return "patterns are relative to $DESTDIR; leave out the leading \"/\"";
        }

        foreach (string component in text.TrimEnd('/').Split('/'))
        {
            if (component is "" or "." or "..")
            {
                return component.Length == 0
                    ? "it has an empty component (\"//\")"
                    : $"a \"{component}\" component never matches; paths are relative to $DESTDIR";
            }
        }

        return text.EndsWith("//", StringComparison.Ordinal) ? "it has an empty component (\"//\")" : null;
    }
}
