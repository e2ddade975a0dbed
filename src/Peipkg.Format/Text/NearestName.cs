namespace Peipkg.Format.Text;

/// <summary>Finds what somebody meant to type: subcommands, options, keys of recipes and configurations.</summary>
public static class NearestName
{
    // Longer words are no typing mistakes of anything these tools know.
    private const int LongestWord = 64;

    /// <summary>The candidate nearest to a word, or null when none is near enough to suggest.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="candidates">What is known; the first of equally near ones is taken.</param>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }

        foreach (string candidate in candidates)
        {
            if (candidate.Length > LongestWord)
            {
                continue;
            }

            // A third of the letters may be wrong, and at least one: more is another word.
            int allowed = Math.Max(1, Math.Max(word.Length, candidate.Length) / 3);
            int distance = Distance(word, candidate);
            if (distance <= allowed && distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    /// <summary>The ending <c> (did you mean "x"?)</c> of an error message, or nothing.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="candidates">What is known.</param>
    public static string Suggestion(string word, IEnumerable<string> candidates) =>
        Find(word, candidates) is { } name ? $" (did you mean \"{name}\"?)" : "";

    /// <summary>Edits between two words: insertions, deletions, replacements and swapped neighbours.</summary>
    internal static int Distance(string first, string second)
    {
        Span<int> beforeLast = stackalloc int[second.Length + 1];
        Span<int> last = stackalloc int[second.Length + 1];
        Span<int> row = stackalloc int[second.Length + 1];
        for (int j = 0; j <= second.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= first.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int change = Same(first[i - 1], second[j - 1]) ? 0 : 1;
                int cost = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && Same(first[i - 1], second[j - 2]) && Same(first[i - 2], second[j - 1]))
                {
                    cost = Math.Min(cost, beforeLast[j - 2] + 1);
                }

                row[j] = cost;
            }

            Span<int> reused = beforeLast;
            beforeLast = last;
            last = row;
            row = reused;
        }

        return last[second.Length];
    }

    // "buildScript" and "build-script" are nearer to build_script than their letters say.
    private static bool Same(char a, char b) =>
        char.ToLowerInvariant(a) == char.ToLowerInvariant(b) || (a is '-' or '_' && b is '-' or '_');
}
