using Peipkg.Build.Scanning;
using Peipkg.Recipes.Toml;

namespace Peipkg.Build.Checking;

/// <summary>
/// Finds commands in a shell script that download from the network. This is a heuristic: it understands quotes, comments
/// and here-documents, but does not follow variables and functions.
/// </summary>
internal static class NetworkUse
{
    // The first words of a command line; "*" stands for options between them.
    private static readonly string[][] Fetching =
    [
        ["curl"],
        ["wget"],
        ["aria2c"],
        ["rsync"],
        ["scp"],
        ["sftp"],
        ["ftp"],
        ["git", "*", "clone"],
        ["git", "*", "fetch"],
        ["git", "*", "pull"],
        ["git", "*", "submodule", "*", "update"],
        ["git", "*", "ls-remote"],
        ["svn", "checkout"],
        ["svn", "co"],
        ["hg", "clone"],
        ["pip", "install"],
        ["pip3", "install"],
        ["pip", "download"],
        ["npm", "install"],
        ["npm", "ci"],
        ["yarn", "install"],
        ["cargo", "fetch"],
        ["cargo", "install"],
        ["go", "get"],
        ["go", "mod", "download"],
        ["gem", "install"],
        ["apt-get", "*", "install"],
        ["apt", "*", "install"],
    ];

    // Options with which they fetch nothing.
    private static readonly string[] Offline = ["--offline", "--no-index"];

    // Words after which another command begins on the same line.
    private static readonly HashSet<string> Prefixes = new(StringComparer.Ordinal)
    {
        "if",
        "then",
        "else",
        "elif",
        "while",
        "until",
        "do",
        "!",
        "exec",
        "command",
        "env",
        "time",
        "nice",
        "sudo",
        "{",
    };

    /// <summary>The commands found, with their places.</summary>
    internal static IEnumerable<(string Command, TomlPosition Position)> Find(string script)
    {
        string? end = null;
        int number = 0;
        foreach (string line in script.Split('\n'))
        {
            number++;
            if (end is not null)
            {
                end = line.Trim() == end ? null : end;
                continue;
            }

            foreach ((IReadOnlyList<string> words, int column) in ShellWords.Commands(line))
            {
                string[] command = [.. words.SkipWhile(word => Prefixes.Contains(word) || IsAssignment(word))];
                if (
                    Array.Find(Fetching, pattern => Matches(pattern, command)) is { } found
                    && !command.Any(Offline.Contains)
                )
                {
                    yield return (string.Join(' ', found.Where(word => word != "*")), new TomlPosition(number, column));
                }
            }

            end = ShellWords.HereDocumentEnd(line);
        }
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> words)
    {
        if (pattern.IsEmpty)
        {
            return true;
        }

        if (pattern[0] == "*")
        {
            // Only options may stand between, and the values of git's options.
            for (int skipped = 0; skipped <= words.Length; skipped++)
            {
                if (Matches(pattern[1..], words[skipped..]))
                {
                    return true;
                }

                if (
                    skipped < words.Length
                    && words[skipped].Length > 0
                    && words[skipped][0] != '-'
                    && (skipped == 0 || words[skipped - 1] is not ("-C" or "-c"))
                )
                {
                    return false;
                }
            }

            return false;
        }

        return !words.IsEmpty
            && words[0][(words[0].LastIndexOf('/') + 1)..] == pattern[0]
            && Matches(pattern[1..], words[1..]);
    }

    private static bool IsAssignment(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && word[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
    }
}
