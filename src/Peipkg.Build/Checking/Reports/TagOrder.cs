using Peipkg.Build.Rules;
using Peipkg.Format.Identity;
using Peipkg.Format.Text;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Build.Checking.Reports;

/// <summary>
/// Finds tags whose versions the format orders otherwise than people do, and patterns that cut versions off. Many
/// tags with one mistake are one finding, which names the first.
/// </summary>
internal static class TagOrder
{
    // Words for pre-releases that the format does not know, so that it puts them above the release.
    private static readonly HashSet<string> PreReleaseWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "preview",
        "nightly",
        "canary",
        "snapshot",
        "milestone",
        "experimental",
        "unstable",
        "test",
        "insider",
        "eap",
    };

    /// <summary>Compares what the tags become with what people mean by them.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="upstream">Its <c>[upstream]</c>.</param>
    /// <param name="tags">The tags that would be built, as the upstream lists them.</param>
    internal static IEnumerable<Finding> Check(
        string file,
        Upstream upstream,
        IReadOnlyList<(string Name, PackageVersion Version)> tags
    )
    {
        Finding?[] findings = [Ends(upstream, tags), Letters(upstream, tags), Words(upstream, tags)];
        return findings.OfType<Finding>().Select(finding => finding with { File = file, Position = upstream.Position });
    }

    // Without its last character the tag still gives the same version: nothing makes the pattern look at the end.
    private static Finding? Ends(Upstream upstream, IReadOnlyList<(string Name, PackageVersion Version)> tags)
    {
        (string Name, PackageVersion Version)[] cut =
        [
            .. tags.Where(tag =>
                tag.Name.Length > 1
                && !char.IsSurrogate(tag.Name[^1])
                && upstream.TagPattern.UpstreamOf(tag.Name[..^1]) == tag.Version.Upstream
            ),
        ];
        return cut.Length == 0
            ? null
            : Finding.Of(
                RecipeValueRules.TagEnd,
                $"tag_pattern ignores the end of {Counted.Text(cut.Length, "tag")}, such as "
                    + $"{DisplayText.Quote(cut[0].Name)}, which becomes {cut[0].Version}"
            );
    }

    private static Finding? Letters(Upstream upstream, IReadOnlyList<(string Name, PackageVersion Version)> tags)
    {
        if (!tags.Any(tag => tag.Version.IsLetterRelease))
        {
            return null;
        }

        ILookup<string, (string Name, PackageVersion Version)> known = tags.ToLookup(
            tag => tag.Version.EqualityKey,
            StringComparer.Ordinal
        );
        (string Name, PackageVersion Version, string Base)[] below =
        [
            .. from tag in tags
            where tag.Version.IsLetterRelease
            let text = tag.Version.Text
            let end = text.LastIndexOf('-')
            from earlier in known[PackageVersion.Parse(text[..(end - 1)] + text[end..]).EqualityKey].Take(1)
            select (tag.Name, tag.Version, earlier.Name),
        ];
        return below.Length == 0
            ? null
            : Finding.Of(
                RecipeValueRules.TagOrder,
                $"{Quote(below[0].Name)} becomes {below[0].Version}, which the format takes for a pre-release of "
                    + $"{Quote(below[0].Base)}, so that it is never offered as an upgrade{More(below.Length)}"
            ) with
            {
                OwnRemedy =
                    $"Reject the earlier release, as in reject_tags = [{TomlText(below[0].Base)}]; if it is published "
                    + $"already, set epoch = {upstream.Epoch + 1} as well. docs/versions.md says more.",
            };
    }

    private static Finding? Words(Upstream upstream, IReadOnlyList<(string Name, PackageVersion Version)> tags)
    {
        (string Name, PackageVersion Version, string Word)[] above =
        [
            .. from tag in tags
            where !tag.Version.IsPreRelease
            let word = upstream.TagPattern.PreReleaseOf(tag.Name) ?? WordIn(tag.Version.Upstream)
            where word is not null
            select (tag.Name, tag.Version, word),
        ];
        return above.Length == 0
            ? null
            : Finding.Of(
                RecipeValueRules.TagOrder,
                $"{Quote(above[0].Name)} is a pre-release to people and becomes {above[0].Version}, which the format "
                    + $"orders above the release{More(above.Length)}"
            ) with
            {
                OwnRemedy = upstream.TagPattern.PreReleaseOf(above[0].Name) is null
                    ? $"Let the pattern match releases only, or set reject_tags = [{TomlText($"*{above[0].Word}*")}]."
                    : $"Set prerelease = false, or reject_tags = [{TomlText($"*{above[0].Word}*")}].",
            };
    }

    // "3.4.0-preview1", "5.0-M1"; a letter alone may be anything.
    private static string? WordIn(string upstream)
    {
        foreach (string part in upstream.Split('.', '+', '-', '_').Skip(1))
        {
            string word = new([.. part.SkipWhile(char.IsAsciiDigit).TakeWhile(char.IsAsciiLetter)]);
            if (PreReleaseWords.Contains(word) || (part is ['M', >= '0' and <= '9', ..] && word == "M"))
            {
                return word;
            }
        }

        return null;
    }

    private static string Quote(string name) => DisplayText.Quote(name);

    private static string TomlText(string text) => $"\"{text}\"";

    private static string More(int count) => count == 1 ? "" : $" (and {count - 1} more)";
}
