namespace Peipkg.Manager.Building;

/// <summary>
/// Finds in the last words of a build what peipkg-build complained of, so that whoever reads of a failure reads why without
/// opening the log.
/// </summary>
internal static class ToolComplaint
{
    private const string Mark = "peipkg-build: error: ";
    private const int MaxLength = 500;

    /// <summary>The complaints in one line, with what was quoted to them; empty when there are none.</summary>
    /// <param name="words">The end of its standard error.</param>
    public static string In(string words)
    {
        int start = words.IndexOf(Mark, StringComparison.Ordinal);
        if (start < 0)
        {
            return "";
        }

        string text = string.Join(
            "; ",
            words[start..]
                .Split('\n')
                .Select(line =>
                    (line.StartsWith(Mark, StringComparison.Ordinal) ? line[Mark.Length..] : line)
                        .Trim()
                        .TrimEnd(':', '.')
                )
                .Where(line => line.Length > 0)
        );
        if (text.StartsWith("the build script ", StringComparison.Ordinal) && LastLine(words[..start]) is { } last)
        {
            text += "; its last line: " + last;
        }

        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }

    /// <summary>Whether it is that this machine makes no sandboxes: then peipkg-build has run nothing of the recipe.</summary>
    /// <param name="complaint">What <see cref="In"/> found.</param>
    public static bool IsOfSandbox(string complaint) => complaint.StartsWith("--sandbox", StringComparison.Ordinal);

    // Why a script fails is mostly what it said last; the tool's own remarks may follow.
    private static string? LastLine(string words) =>
        words
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(line => !line.StartsWith("peipkg-build: ", StringComparison.Ordinal));
}
