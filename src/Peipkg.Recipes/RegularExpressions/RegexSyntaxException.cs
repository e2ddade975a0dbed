using System.Diagnostics.CodeAnalysis;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Recipes.RegularExpressions;

/// <summary>A regular expression is not RE2; never leaves <see cref="TagPattern"/>.</summary>
[SuppressMessage(
    "Design",
    "CA1064:Exceptions should be public",
    Justification = "It is caught where the parser is called."
)]
internal sealed class RegexSyntaxException(string message) : Exception(message);
