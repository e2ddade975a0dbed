using System.Text;
using System.Text.Json;

namespace Peipkg.Repo.Querying;

/// <summary>A provenance for people: one line for each thing that it says.</summary>
internal static class ProvenanceText
{
    /// <summary>The lines, as <c>buildDefinition.externalParameters.source: git+https://…</c>.</summary>
    /// <param name="predicate">A JSON value that was read before.</param>
    internal static IEnumerable<string> Lines(ReadOnlyMemory<byte> predicate)
    {
        using JsonDocument document = JsonDocument.Parse(predicate);
        List<string> lines = [];
        Collect(document.RootElement, "", lines);
        return lines;
    }

    private static void Collect(JsonElement value, string path, List<string> lines)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", lines);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    lines.Add($"{path}: {Inline(item)}");
                }

                break;
            default:
                lines.Add($"{path}: {value}");
                break;
        }
    }

    private static string Inline(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value.ToString();
        }

        StringBuilder text = new();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            text.Append(text.Length > 0 ? ", " : "").Append(member.Name).Append(' ').Append(Inline(member.Value));
        }

        return text.ToString();
    }
}
