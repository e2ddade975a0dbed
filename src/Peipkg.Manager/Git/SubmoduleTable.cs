using System.Text;
using Peipkg.Recipes.Upstreams;

namespace Peipkg.Manager.Git;

/// <summary>A submodule that may be fetched.</summary>
internal sealed record Submodule(string Path, string CommitId, GitAddress Url);

/// <summary>
/// Puts a tree's submodules together with what <c>.gitmodules</c> says of them. That file is the upstream's, so nothing
/// of it is left to git: of each entry only path and URL count, and a URL obeys the rules of those in recipes.
/// </summary>
internal static class SubmoduleTable
{
    private const int MaxShown = 100;
    private const int MaxProblems = 10;

    /// <summary>The submodules in the order of the tree.</summary>
    /// <param name="listing">What <c>git config --list -z</c> prints of the file; empty when there is none.</param>
    /// <param name="links">The tree's submodules.</param>
    /// <param name="parent">Where the tree is from.</param>
    /// <exception cref="GitException">Some may not be fetched; every problem.</exception>
    public static IReadOnlyList<Submodule> Read(
        ReadOnlySpan<byte> listing,
        IReadOnlyList<GitLink> links,
        GitAddress parent
    )
    {
        ILookup<string, string> urls = Entries(Encoding.UTF8.GetString(listing))
            .Where(entry => entry.Path is not null)
            .ToLookup(entry => entry.Path!, entry => entry.Url ?? "", StringComparer.Ordinal);
        List<Submodule> submodules = [];
        List<string> problems = [];
        foreach (GitLink link in links)
        {
            string? problem = null;
            if (!IsPlain(link.Path))
            {
                problem = "its path does not stay inside the tree";
            }
            else if (urls[link.Path].ToArray() is not [string text])
            {
                problem = urls[link.Path].Any()
                    ? ".gitmodules has several entries for it"
                    : ".gitmodules has no entry for it";
            }
            else if (!parent.TryResolve(text, out GitAddress? url, out problem))
            {
                problem = text.Contains('@', StringComparison.Ordinal)
                    ? $"its URL: {problem}"
                    : $"its URL \"{Short(text)}\": {problem}";
            }
            else
            {
                submodules.Add(new Submodule(link.Path, link.CommitId, url));
            }

            if (problem is not null)
            {
                problems.Add($"{Short(link.Path)}: {problem}");
            }
        }

        if (problems.Count == 0)
        {
            return submodules;
        }

        string more = problems.Count > MaxProblems ? $"; and {problems.Count - MaxProblems} others" : "";
        throw new GitException(
            $"submodules of {parent} are not fetched: {string.Join("; ", problems.Take(MaxProblems))}{more}. "
                + "Leave them out with submodules = false in [upstream], or have the upstream mend .gitmodules"
        )
        {
            IsUpstreamsFault = true,
        };
    }

    /// <summary>
    /// Why a submodule's directory cannot be used; null when it can. Asked when the tree is on the disk: a tree may name
    /// the same place as a link and as a directory.
    /// </summary>
    public static string? WhyUnsafe(string root, string path)
    {
        string place = root;
        foreach (string part in path.Split('/'))
        {
            place = Path.Combine(place, part);
            DirectoryInfo directory = new(place);
            if (directory.LinkTarget is not null || !directory.Exists)
            {
                return $"the submodule's path {Short(path)} leads through something that is no directory";
            }
        }

        return Directory.EnumerateFileSystemEntries(place).Any()
            ? $"the submodule's directory {Short(path)} holds something else already"
            : null;
    }

    private static bool IsPlain(string path) =>
        path.Split('/')
            .All(part => part is not ("" or "." or "..") && !part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    // "submodule.NAME.path<LF>value<NUL>"; a key without "=" has no line feed. The last of several values counts.
    private static Dictionary<string, (string? Path, string? Url)>.ValueCollection Entries(string listing)
    {
        const string Section = "submodule.";
        Dictionary<string, (string? Path, string? Url)> entries = new(StringComparer.Ordinal);
        foreach (string item in listing.Split('\0'))
        {
            int feed = item.IndexOf('\n', StringComparison.Ordinal);
            string key = feed < 0 ? item : item[..feed];
            int dot = key.LastIndexOf('.');
            if (feed < 0 || !key.StartsWith(Section, StringComparison.Ordinal) || dot < Section.Length)
            {
                continue;
            }

            string name = key[Section.Length..dot];
            string value = item[(feed + 1)..];
            (string? path, string? url) = entries.GetValueOrDefault(name);
            entries[name] = key[(dot + 1)..] switch
            {
                "path" => (value, url),
                "url" => (path, value),
                _ => (path, url),
            };
        }

        return entries.Values;
    }

    private static string Short(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";
}
