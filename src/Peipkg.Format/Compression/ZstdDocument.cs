namespace Peipkg.Format.Compression;

/// <summary>Documents as one zstd frame each, for web servers that send them so.</summary>
public static class ZstdDocument
{
    /// <summary>Compresses a document; the same one gives the same bytes.</summary>
    /// <param name="document">The document.</param>
    /// <param name="output">Receives the frame; stays open.</param>
    /// <exception cref="IOException">The output takes nothing more, or the engine cannot be loaded or has no memory.</exception>
    public static void Compress(ReadOnlySpan<byte> document, Stream output)
    {
        CompressionPlan plan = new(document.Length, Files: 1) { IsForWeb = true };
        using ZstdFrameWriter frame = new(output, plan, workers: 1);
        frame.Write(document);
        frame.Finish();
    }

    /// <summary>Whether a stream holds a document compressed, and nothing else.</summary>
    /// <param name="compressed">Read to its end at most, and no further than the document's size.</param>
    /// <param name="document">The document.</param>
    public static bool Holds(Stream compressed, ReadOnlySpan<byte> document)
    {
        try
        {
            using ZstdFrameReader frame = new(compressed);
            return SameBytes.Are(frame.Read, document);
        }
        catch (FormatViolationException)
        {
            return false;
        }
    }
}
