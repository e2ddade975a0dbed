using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Peipkg.Repo.Reporting;

/// <summary>Documents for the browser's script: compact, with a line feed at the end.</summary>
internal static class CompactJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The script gets its data by fetch, never from inside a page, so markup in it is only text.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The bytes of a document.</summary>
    /// <param name="write">Writes its one value.</param>
    internal static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        Write(buffer, write);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a document.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="write">Writes its one value.</param>
    internal static void Write(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        using (Utf8JsonWriter json = new(output, Options))
        {
            write(json);
        }

        output.Write("\n"u8);
    }
}
