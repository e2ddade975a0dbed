namespace Peipkg.Format;

/// <summary>
/// Foreign bytes break a rule of PSD-009. Every reader of this library reports bad content with this exception and no
/// other; an <see cref="IOException"/> means that the bytes could not be read at all.
/// </summary>
public sealed class FormatViolationException : Exception
{
    /// <summary>Creates the report of one broken rule.</summary>
    /// <param name="rule">The rule's stable name in kebab case, such as <c>tar-entry-order</c>.</param>
    /// <param name="place">
    /// Where: an archive entry's path, a JSON pointer (empty for the document as a whole), or a byte offset in words.
    /// </param>
    /// <param name="detail">What is wrong and what was expected, a sentence for people.</param>
    /// <param name="inner">The failure underneath, if another component noticed it.</param>
    public FormatViolationException(string rule, string place, string detail, Exception? inner = null)
        : base(place.Length == 0 ? $"{detail} ({rule})" : $"{place}: {detail} ({rule})", inner)
    {
        Rule = rule;
        Place = place;
        Detail = detail;
    }

    /// <summary>The rule's stable name in kebab case.</summary>
    public string Rule { get; }

    /// <summary>Where in the document or archive the rule is broken.</summary>
    public string Place { get; }

    /// <summary>What is wrong and what was expected.</summary>
    public string Detail { get; }

    /// <summary>The same report with the place put inside a larger one: <c>files.json/entries/3</c>.</summary>
    /// <param name="outer">The document or entry that holds the place.</param>
    /// <returns>A new exception with the same rule and detail.</returns>
    public FormatViolationException Within(string outer) =>
        new(Rule, Place.Length == 0 ? outer : outer + Place, Detail, this);
}
