using Peipkg.CommandLine.Reporting;

namespace Peipkg.Manager.Operating;

/// <summary>
/// Tables of plain text. Where there is a width to keep to, the last column, which has the words, is broken between them;
/// nothing is ever cut.
/// </summary>
internal static class WrappedTable
{
    private const string Gap = "  ";

    // With less room than this the last column goes below the others.
    private const int Narrowest = 24;
    private const string Below = "    ";

    /// <summary>Columns under a heading; nothing at all without rows.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="heading">A line above; null for none.</param>
    /// <param name="titles">The columns.</param>
    /// <param name="rows">As many cells each.</param>
    /// <param name="columns">The width to keep to; null for none.</param>
    public static void Write(
        TextWriter output,
        string? heading,
        string[] titles,
        IEnumerable<string[]> rows,
        int? columns
    )
    {
        List<string[]> all = [titles, .. rows.Select(row => row.Select(Safe).ToArray())];
        if (all.Count == 1)
        {
            return;
        }

        if (heading is not null)
        {
            output.WriteLine();
            output.WriteLine(heading + ":");
        }

        int[] widths = [.. titles.SkipLast(1).Select((_, column) => all.Max(row => row[column].Length))];
        int before = widths.Sum(width => width + Gap.Length);
        int? room = columns - before;
        bool below = room < Narrowest && all.Any(row => row[^1].Length > room);
        foreach (string[] row in all)
        {
            string start = string.Concat(row.Zip(widths, (cell, width) => cell.PadRight(width) + Gap));
            if (!below)
            {
                WriteLine(output, start, row[^1], columns);
                continue;
            }

            output.WriteLine(start.TrimEnd());
            if (row[^1].Length > 0 && row != titles)
            {
                WriteLine(output, Below, row[^1], columns);
            }
        }
    }

    /// <summary>A line of words after a start; further lines are indented as far.</summary>
    public static void WriteLine(TextWriter output, string start, string text, int? columns)
    {
        text = Safe(text);
        int room = columns is { } width ? Math.Max(width - start.Length, Narrowest) : int.MaxValue;
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

    /// <summary>What cannot do anything to a terminal.</summary>
    public static string Safe(string text) => TerminalText.Escape(text);
}
