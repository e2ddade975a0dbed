using System.Buffers;
using System.Text;
using System.Text.Json;
using Peipkg.Build.Rules;

namespace Peipkg.Build.Checking.Reports;

/// <summary>The report of <c>check</c> for programs, in a form of our own; everything but ASCII is escaped.</summary>
internal static class CheckJson
{
    internal static string Write(CheckReport report)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("recipes", report.Recipes);
            json.WriteNumber("errors", report.Count(Severity.Error));
            json.WriteNumber("warnings", report.Count(Severity.Warning));
            json.WriteNumber("notes", report.Count(Severity.Note));
            json.WriteStartArray("findings");
            foreach (Finding finding in report.Findings)
            {
                WriteFinding(json, finding);
            }

            json.WriteEndArray();
            WriteTags(json, report.Tags);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("rule", finding.Rule.Id);
        json.WriteString("severity", finding.Severity.Text());
        json.WriteString("file", finding.File);
        if (finding.Position is { } position)
        {
            json.WriteNumber("line", position.Line);
            json.WriteNumber("column", position.Column);
        }

        json.WriteString("message", finding.Message);
        json.WriteString("remedy", finding.Rule.Remedy);
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, IReadOnlyList<TagReport.Tag>? tags)
    {
        if (tags is null)
        {
            return;
        }

        json.WriteStartArray("tags");
        foreach (TagReport.Tag tag in tags)
        {
            json.WriteStartObject();
            json.WriteString("tag", tag.Name);
            if (tag.Version is { } version)
            {
                json.WriteString("version", version.Text);
            }
            else
            {
                json.WriteString("reason", tag.Reason);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
