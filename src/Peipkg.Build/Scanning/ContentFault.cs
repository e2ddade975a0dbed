using Peipkg.Format.Text;

namespace Peipkg.Build.Scanning;

/// <summary>What is wrong with a file, as a sentence without its subject.</summary>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="One">The verb for one file.</param>
/// <param name="Many">The verb for several files.</param>
/// <param name="Rest">The rest of the sentence.</param>
internal sealed record ContentFault(string Rule, string One, string Many, string Rest)
{
    private const int MostNamed = 5;

    /// <summary>The sentence about one file or several.</summary>
    internal string Of(string[] files)
    {
        string[] named = [.. files.Take(MostNamed).Select(file => DisplayText.Quote(file))];
        return files.Length == 1 ? $"{named[0]} {One} {Rest}"
            : files.Length <= MostNamed ? $"{string.Join(", ", named[..^1])} and {named[^1]} {Many} {Rest}"
            : $"{string.Join(", ", named)} and {files.Length - MostNamed} more {Many} {Rest}";
    }
}
