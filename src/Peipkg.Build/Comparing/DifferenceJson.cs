using System.Text.Json;
using Peipkg.Format.Layout;

namespace Peipkg.Build.Comparing;

/// <summary>A difference for programs.</summary>
internal static class DifferenceJson
{
    /// <summary>Writes the members of an object that describes the difference.</summary>
    internal static void Write(Utf8JsonWriter json, PackageDifference difference)
    {
        json.WriteString("first", difference.First);
        json.WriteString("second", difference.Second);
        json.WriteStartArray("manifest");
        foreach (FieldDifference field in difference.Fields)
        {
            json.WriteStartObject();
            json.WriteString("field", field.Field);
            WriteRaw(json, "first", field.First);
            WriteRaw(json, "second", field.Second);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteEntries(json, "removed", difference.Removed);
        WriteEntries(json, "added", difference.Added);
        json.WriteStartArray("changed");
        foreach (EntryDifference changed in difference.Changed)
        {
            json.WriteStartObject();
            json.WriteString("path", changed.First.Path);
            json.WriteStartObject("first");
            WriteEntry(json, changed.First);
            json.WriteEndObject();
            json.WriteStartObject("second");
            WriteEntry(json, changed.Second);
            json.WriteEndObject();
            if (changed.Content is { } content)
            {
                WriteContent(json, content);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteContent(Utf8JsonWriter json, ContentDifference content)
    {
        json.WriteNumber("offset", content.Offset);
        json.WriteStartObject("context");
        json.WriteNumber("offset", content.WindowStart);
        json.WriteString("first", Convert.ToHexStringLower(content.First));
        json.WriteString("second", Convert.ToHexStringLower(content.Second));
        json.WriteEndObject();
        if (content.Line is { } line)
        {
            json.WriteStartObject("line");
            json.WriteNumber("number", line.Number);
            json.WriteString("first", line.First);
            json.WriteString("second", line.Second);
            json.WriteEndObject();
        }

        json.WriteStartArray("sections");
        foreach (SectionDifference section in content.Sections)
        {
            json.WriteStartObject();
            json.WriteString("name", section.Name);
            WriteSize(json, "first_size", section.FirstSize);
            WriteSize(json, "second_size", section.SecondSize);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEntries(Utf8JsonWriter json, string name, IReadOnlyList<ComparedEntry> entries)
    {
        json.WriteStartArray(name);
        foreach (ComparedEntry entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("path", entry.Path);
            WriteEntry(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, ComparedEntry entry)
    {
        switch (entry.Kind)
        {
            case PayloadKind.Directory:
                json.WriteString("type", "directory");
                break;
            case PayloadKind.Symlink:
                json.WriteString("type", "symlink");
                json.WriteString("target", entry.LinkTarget);
                break;
            default:
                json.WriteString("type", "file");
                json.WriteNumber("size", entry.Size);
                json.WriteString("sha256", entry.Hash.ToString());
                break;
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
        }
        else
        {
            // Parsed and written again, so that everything but ASCII is escaped.
            using JsonDocument document = JsonDocument.Parse(value);
            document.WriteTo(json);
        }
    }

    private static void WriteSize(Utf8JsonWriter json, string name, long? size)
    {
        if (size is { } bytes)
        {
            json.WriteNumber(name, bytes);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
