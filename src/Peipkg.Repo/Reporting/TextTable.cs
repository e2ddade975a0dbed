using System.Text;
using Peipkg.CommandLine.Reporting;

namespace Peipkg.Repo.Reporting;

/// <summary>A table for people: a heading, columns as wide as their widest cell, nothing a terminal could trip over.</summary>
/// <param name="columns">The columns' headings; one beginning with <c>&gt;</c> is for numbers, set to the right.</param>
internal sealed class TextTable(params string[] columns)
{
    // A single overlong cell does not push all others off the screen.
    private const int WidestColumn = 48;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with a cell for each column.</summary>
    internal void Add(params string[] cells) => _rows.Add([.. cells.Select(static cell => TerminalText.Escape(cell))]);

    /// <summary>Writes the heading and the rows; nothing when there are none.</summary>
    internal void Write(TextWriter output)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        string[] heading = [.. columns.Select(static column => column.TrimStart('>'))];
        int[] widths =
        [
            .. heading.Select(
                (text, column) => Math.Min(WidestColumn, Math.Max(text.Length, _rows.Max(row => row[column].Length)))
            ),
        ];
        foreach (string[] row in _rows.Prepend(heading))
        {
            StringBuilder line = new();
            for (int i = 0; i < row.Length; i++)
            {
                line.Append(i == 0 ? "" : "  ")
                    .Append(columns[i].StartsWith('>') ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }
}
