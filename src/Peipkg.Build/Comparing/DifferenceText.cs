using System.Globalization;
using System.Text;
using Peipkg.CommandLine.Reporting;
using Peipkg.Format.Layout;

namespace Peipkg.Build.Comparing;

/// <summary>A difference for people: <c>-</c> is the first package, <c>+</c> the second. Untrusted text is escaped.</summary>
internal static class DifferenceText
{
    private const int LongestValue = 160;

    internal static string Write(PackageDifference difference)
    {
        StringBuilder text = new();
        text.Append($"- {TerminalText.Escape(difference.First)}\n+ {TerminalText.Escape(difference.Second)}\n");
        foreach (FieldDifference field in difference.Fields)
        {
            text.Append($"manifest: {field.Field}\n");
            Pair(text, "  ", field.First?.GetRawText() ?? "(none)", field.Second?.GetRawText() ?? "(none)");
        }

        foreach (ComparedEntry entry in difference.Removed)
        {
            text.Append($"removed: {Describe(entry)}\n");
        }

        foreach (ComparedEntry entry in difference.Added)
        {
            text.Append($"added: {Describe(entry)}\n");
        }

        foreach (EntryDifference changed in difference.Changed)
        {
            WriteChanged(text, changed);
        }

        return text.ToString();
    }

    private static void WriteChanged(StringBuilder text, EntryDifference changed)
    {
        text.Append($"changed: {TerminalText.Escape(changed.First.Path)}");
        if (changed.Content is not { } content)
        {
            text.Append('\n');
            Pair(text, "  ", Describe(changed.First), Describe(changed.Second));
            return;
        }

        text.Append($", {Bytes(changed.First.Size)}");
        if (changed.First.Size != changed.Second.Size)
        {
            text.Append(CultureInfo.InvariantCulture, $", then {changed.Second.Size:N0}");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"; the first difference is at byte {content.Offset:N0} (0x{content.Offset:x})\n"
        );
        if (content.Sections.Count > 0)
        {
            text.Append("  sections that differ: ").AppendJoin(", ", content.Sections.Select(Describe)).Append('\n');
        }

        foreach (string leak in content.Leaks)
        {
            text.Append($"  the file contains a path of its build: {TerminalText.Escape(leak)}\n");
        }

        if (content.Line is { } line)
        {
            text.Append(CultureInfo.InvariantCulture, $"  line {line.Number}\n");
            Pair(text, "  ", line.First, line.Second);
            return;
        }

        // Where a path has leaked, bytes tell nothing more.
        if (content.Leaks.Count == 0)
        {
            Rows(text, '-', content.WindowStart, content.First);
            Rows(text, '+', content.WindowStart, content.Second);
        }
    }

    private static void Rows(StringBuilder text, char sign, long start, byte[] bytes)
    {
        foreach (byte[] row in bytes.Chunk(16))
        {
            string hexadecimal = string.Join(' ', row.Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
            string characters = string.Concat(row.Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.'));
            text.Append(CultureInfo.InvariantCulture, $"  {sign} {start:x8}  {hexadecimal, -47}  |{characters}|\n");
            start += row.Length;
        }
    }

    private static void Pair(StringBuilder text, string indent, string first, string second) =>
        text.Append($"{indent}- {Shorten(first)}\n{indent}+ {Shorten(second)}\n");

    private static string Shorten(string value) =>
        TerminalText.Escape(value.Length <= LongestValue ? value : value[..LongestValue] + "…");

    private static string Describe(ComparedEntry entry) =>
        entry.Kind switch
        {
            PayloadKind.Directory => TerminalText.Escape(entry.Path) + "/",
            PayloadKind.Symlink => $"{TerminalText.Escape(entry.Path)} -> {TerminalText.Escape(entry.LinkTarget!)}",
            _ => $"{TerminalText.Escape(entry.Path)} ({Bytes(entry.Size)})",
        };

    private static string Bytes(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "byte" : "bytes")}");

    private static string Describe(SectionDifference section) =>
        TerminalText.Escape(section.Name)
        + (
            section switch
            {
                { FirstSize: null } => " (added)",
                { SecondSize: null } => " (removed)",
                { FirstSize: { } first, SecondSize: { } second } when first != second => string.Create(
                    CultureInfo.InvariantCulture,
                    $" ({first:N0} bytes, then {second:N0})"
                ),
                _ => "",
            }
        );
}
