using System.Text;
using System.Text.Unicode;
using Peipkg.Build.Staging;

namespace Peipkg.Build.Comparing;

/// <summary>Finds the first difference between two files, and describes it as suits the kind of file.</summary>
internal static class ContentDiffer
{
    private const int Row = 16;
    private const int RowsQuoted = 3;
    private const int LongestLine = 2000;

    internal static ContentDifference Compare(ComparedPackage first, ComparedPackage second, string path)
    {
        using Stream one = first.Open(path);
        using Stream other = second.Open(path);
        (long offset, long line, long lineStart) = FirstDifference(one, other);
        long start = Math.Max(0, (offset / Row - 1) * Row);
        return new ContentDifference(
            offset,
            start,
            Window(one, start, Row * RowsQuoted),
            Window(other, start, Row * RowsQuoted),
            Lines(one, other, line, lineStart),
            ElfSections.Compare(one, other),
            [.. Leaks(one, first.BuildPaths), .. Leaks(other, second.BuildPaths)]
        );
    }

    /// <summary>The paths of a build that a file holds.</summary>
    private static IEnumerable<string> Leaks(Stream file, BuildPaths? paths)
    {
        if (paths is null)
        {
            return [];
        }

        PathSearch search = new(paths);
        byte[] piece = new byte[64 << 10];
        file.Position = 0;
        int read;
        while ((read = file.Read(piece)) > 0)
        {
            search.Take(piece.AsSpan(0, read));
        }

        search.End();
        return Enumerable.Range(0, paths.Count).Where(i => search.Found[i]).Select(paths.Text);
    }

    private static (long Offset, long Line, long LineStart) FirstDifference(Stream one, Stream other)
    {
        byte[] first = new byte[64 << 10];
        byte[] second = new byte[64 << 10];
        long offset = 0;
        long line = 1;
        long lineStart = 0;
        while (true)
        {
            int read = one.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            int otherRead = other.ReadAtLeast(second, second.Length, throwOnEndOfStream: false);
            int same = first.AsSpan(0, read).CommonPrefixLength(second.AsSpan(0, otherRead));
            ReadOnlySpan<byte> common = first.AsSpan(0, same);
            line += common.Count((byte)'\n');
            int last = common.LastIndexOf((byte)'\n');
            lineStart = last < 0 ? lineStart : offset + last + 1;
            offset += same;
            if (same < read || same < otherRead || read == 0)
            {
                return (offset, line, lineStart);
            }
        }
    }

    private static LineDifference? Lines(Stream one, Stream other, long line, long start)
    {
        return TextLine(one, start) is { } first && TextLine(other, start) is { } second
            ? new LineDifference(line, first, second)
            : null;

        static string? TextLine(Stream stream, long start)
        {
            byte[] bytes = Window(stream, start, LongestLine);
            int end = Array.IndexOf(bytes, (byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes.AsSpan(0, end);
            return bytes.Length == LongestLine && end < 0 ? null
                : line.Contains((byte)0) || !Utf8.IsValid(line) ? null
                : Encoding.UTF8.GetString(line);
        }
    }

    private static byte[] Window(Stream stream, long start, int length)
    {
        byte[] bytes = new byte[length];
        stream.Position = Math.Min(start, stream.Length);
        return bytes[..stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false)];
    }
}
