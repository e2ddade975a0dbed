using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Peipkg.Repo.Reporting;

/// <summary>A command's result as one JSON document for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an object and ends the line.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="writeMembers">Writes the object's members.</param>
    internal static void Write(TextWriter output, Action<Utf8JsonWriter> writeMembers)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    /// <summary>Writes a member that is an array of strings.</summary>
    internal static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
