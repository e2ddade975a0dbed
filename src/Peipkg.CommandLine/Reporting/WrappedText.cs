namespace Peipkg.CommandLine.Reporting;

/// <summary>Words for a terminal of a known width.</summary>
public static class WrappedText
{
    /// <summary>The least columns that words are broken to.</summary>
    public const int Narrowest = 24;

    /// <summary>A line of words after a start; further lines are indented as far. No word is cut.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="start">What the first line begins with.</param>
    /// <param name="text">The words; what could do anything to a terminal is spelled out.</param>
    /// <param name="width">The columns of the terminal; null for no limit.</param>
    public static void WriteLine(TextWriter output, string start, string text, int? width)
    {
        text = TerminalText.Escape(text);
        int room = width is { } columns ? Math.Max(columns - start.Length, Narrowest) : int.MaxValue;
        while (text.Length > room)
        {
            int end = text.LastIndexOf(' ', room);
            if (end <= 0)
            {
                end = text.IndexOf(' ', StringComparison.Ordinal);
                if (end <= 0)
                {
                    break;
                }
            }

            output.WriteLine(start + text[..end]);
            start = new string(' ', start.Length);
            text = text[end..].TrimStart();
        }

        output.WriteLine((start + text).TrimEnd());
    }
}
