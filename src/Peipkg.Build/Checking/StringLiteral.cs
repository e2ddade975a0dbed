namespace Peipkg.Build.Checking;

/// <summary>A string of a TOML file, written in one line and without escapes, so that its text is its value.</summary>
/// <param name="line">The line.</param>
/// <param name="start">Where the value begins.</param>
/// <param name="end">Where it ends.</param>
internal sealed class StringLiteral(string line, int start, int end)
{
    /// <summary>The value.</summary>
    internal string Value => line[start..end];

    /// <summary>The line with another value.</summary>
    internal string With(string value) => $"{line[..start]}{value}{line[end..]}";

    /// <summary>Finds the one that begins at a place.</summary>
    /// <param name="line">The line.</param>
    /// <param name="column">The place, in code points from 1.</param>
    /// <returns>Null where there is none of that kind.</returns>
    internal static StringLiteral? At(string line, int column)
    {
        int at = 0;
        for (int i = 1; i < column && at < line.Length; i++)
        {
            at += char.IsHighSurrogate(line[at]) ? 2 : 1;
        }

        if (at >= line.Length || line[at] is not ('"' or '\'') || line.AsSpan(at).StartsWith(new string(line[at], 3)))
        {
            return null;
        }

        int end = line.IndexOf(line[at], at + 1);
        return end < 0 || line.AsSpan(at, end - at).Contains('\\') ? null : new StringLiteral(line, at + 1, end);
    }
}
