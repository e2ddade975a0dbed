using System.Text;
using Peipkg.Manager.World;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Upstreams;

/// <summary>
/// The names of files on a page that lists them. What kind of page it is does not matter, a web server's directory, a page of
/// releases or an answer in JSON: every piece of its text that could be a name is held against the pattern.
/// </summary>
internal static class ListingPage
{
    // What stands around names in HTML, JSON, XML, addresses and plain text.
    private static readonly char[] Separators = [.. " \t\r\n\f\"'`<>()[]{}|,;=&?#/\\"];

    /// <summary>The names that match, each once, in the order of the page.</summary>
    /// <param name="page">The page as it came.</param>
    /// <param name="pattern">Which names are versions.</param>
    public static IReadOnlyList<string> Names(byte[] page, TagPattern pattern)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<string> names = [];
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(page);
        foreach (Range range in text.SplitAny(Separators))
        {
            // A page of millions of pieces costs time, but no memory that grows with them.
            ReadOnlySpan<char> piece = text[range];
            if (piece.Length is 0 or > ManagerLimits.TagLength)
            {
                continue;
            }

            // One that is written in an address: libsigc%2B%2B-2.12.1.tar.xz.
            string name = piece.Contains('%') ? Uri.UnescapeDataString(piece) : piece.ToString();
            if (TagName.IsUsable(name) && pattern.UpstreamOf(name) is not null && seen.Add(name))
            {
                names.Add(name);
            }
        }

        return names;
    }
}
