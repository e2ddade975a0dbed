namespace Peipkg.CommandLine.Reporting;

/// <summary>
/// A table for people: a heading, columns as wide as their widest cell, nothing a terminal could trip over. Where there is a
/// width to keep to, the last column, which has the words, is broken between them; nothing is ever cut.
/// </summary>
/// <param name="columns">The columns' headings; one beginning with <c>&gt;</c> is for numbers, set to the right.</param>
public sealed class TextTable(params string[] columns)
{
    private const string Gap = "  ";
    private const string Below = "    ";

    // A single overlong cell does not push all others off the screen.
    private const int WidestColumn = 48;

    private readonly List<string[]> _rows = [];

    /// <summary>Whether there is nothing to show.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row with a cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(static cell => TerminalText.Escape(cell))]);

    /// <summary>Writes the heading and the rows; nothing when there are none.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="width">The columns of the terminal; null for no limit.</param>
    public void Write(TextWriter output, int? width = null)
    {
        if (IsEmpty)
        {
            return;
        }

        string[] heading = [.. columns.Select(static column => column.TrimStart('>'))];
        string[][] all = [heading, .. _rows];
        int[] widths = [.. columns.Select((_, column) => Math.Min(WidestColumn, all.Max(row => row[column].Length)))];
        int? room = width - widths.SkipLast(1).Sum(static column => column + Gap.Length);
        bool below = room < WrappedText.Narrowest && _rows.Exists(row => row[^1].Length > room);
        foreach (string[] row in all)
        {
            string[] cells = [.. row.Select((cell, column) => Pad(cell, column, widths[column]))];
            string start = string.Join(Gap, cells.SkipLast(1)) + Gap;
            if (!below)
            {
                WrappedText.WriteLine(output, start, cells[^1].TrimEnd(), width);
                continue;
            }

            output.WriteLine(start.TrimEnd());
            if (row[^1].Length > 0 && row != heading)
            {
                WrappedText.WriteLine(output, Below, row[^1], width);
            }
        }
    }

    private string Pad(string cell, int column, int width) =>
        columns[column].StartsWith('>') ? cell.PadLeft(width) : cell.PadRight(width);
}
