using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Peipkg.Build.World;

/// <summary>JSON documents as the commands print them: indented, everything but ASCII escaped, so safe on a terminal.</summary>
internal static class JsonOutput
{
    /// <summary>The document with a newline at its end.</summary>
    internal static string Text<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.Serialize(document, type) + "\n";
}
