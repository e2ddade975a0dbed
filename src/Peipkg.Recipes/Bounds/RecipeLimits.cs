namespace Peipkg.Recipes.Bounds;

/// <summary>
/// Everything that bounds what a recipe or a configuration file can cost. Recipes are strangers' work: whatever is read of
/// them is bounded here, far above anything sensible.
/// </summary>
public static class RecipeLimits
{
    /// <summary>The largest file that is read: 1 MiB. The longest recipe known has a hundredth of it.</summary>
    public const int FileBytes = 1 << 20;

    /// <summary>Keys, values and brackets of a file; the parser needs some kilobytes for each.</summary>
    public const int FileElements = 50_000;

    /// <summary>Problems and warnings of one file that are listed; the others are counted.</summary>
    public const int ListedProblems = 100;

    /// <summary>Characters of one problem's message.</summary>
    public const int MessageCharacters = 1000;

    /// <summary>
    /// Characters of a file that are parsed first, to find out whether more mistakes are in it than are listed. Twice as
    /// many follow, and so on: a file of nothing but mistakes must not cost the memory of all of them.
    /// </summary>
    public const int FirstPieceCharacters = 32 << 10;

    /// <summary>The longest file pattern, in characters: that of the longest path.</summary>
    public const int GlobCharacters = 4096;

    /// <summary>Braces of a file pattern within each other; the bound keeps the parser's recursion bounded too.</summary>
    public const int GlobBraceDepth = 32;

    /// <summary>Choices that the braces of a pattern may multiply to and still be compared with other patterns.</summary>
    public const int GlobAlternatives = 128;

    /// <summary>Characters and stars of such a choice; comparing longer ones would only recurse deeply.</summary>
    public const int GlobAlternativeNodes = 512;

    /// <summary>
    /// Steps that comparing the patterns of one recipe with each other may take, about a second.
    /// </summary>
    public const long GlobComparisonSteps = 5_000_000;

    /// <summary>The longest tag pattern, in characters.</summary>
    public const int TagPatternCharacters = 1000;

    /// <summary>Groups of a tag pattern within each other.</summary>
    public const int TagPatternGroupDepth = 100;

    /// <summary>The largest count of a repetition, and the largest product of nested ones, as in Go.</summary>
    public const int TagPatternRepetitions = 1000;

    /// <summary>
    /// Instructions that a tag pattern is compiled to, its counted repetitions written out. Matching takes that many steps
    /// for each character of a tag at worst.
    /// </summary>
    public const int TagPatternInstructions = 3000;

    /// <summary>The longest git address, in characters: what servers and proxies are known to accept of a URL.</summary>
    public const int GitAddressCharacters = 2048;

    /// <summary>The shortest interval at which anything is polled.</summary>
    public static TimeSpan ShortestInterval { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest time that may be waited for: the platform's timers count milliseconds in 31 bits, which is 596 hours
    /// and a half.
    /// </summary>
    public static TimeSpan LongestTimer { get; } = TimeSpan.FromHours(596);
}
