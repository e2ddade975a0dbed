using System.Diagnostics.CodeAnalysis;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>A regular expression is not RE2; it never leaves the type that parses a pattern.</summary>
[SuppressMessage(
    "Design",
    "CA1064:Exceptions should be public",
    Justification = "It is caught where the parser is called."
)]
internal sealed class RegexSyntaxException(string message) : Exception(message);
