using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Peipkg.Manager.Configuration;
using Peipkg.Manager.Secrets;
using Peipkg.Manager.World;

namespace Peipkg.Manager.Http;

/// <summary>The end of a log.</summary>
/// <param name="Text">For people, without what a terminal would not show.</param>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="FirstLine">The number of its first line, from 1.</param>
internal sealed record LogTail(string Text, long Start, long FirstLine);

/// <summary>
/// <c>GET /logs/N</c>: a build's log as plain text, whole or from an offset on, so that a page can follow it. Nothing in it
/// is ever markup, and no part is longer than <see cref="ManagerLimits.LogPartBytes"/>.
/// </summary>
internal sealed partial class LogPages(StateLayout layout, Redactor redactor)
{
    private const int Tail = 64 * 1024;

    // Colours, the window's title, and what else a program tells a terminal.
    [GeneratedRegex(@"\e(?:\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(?:\a|\e\\)?|[^[\]])")]
    private static partial Regex TerminalSequence { get; }

    /// <summary>Answers the request.</summary>
    /// <param name="context">The request; <c>?from=OFFSET</c> asks for a part.</param>
    /// <param name="attempt">The build.</param>
    /// <param name="ended">Whether it will grow no more.</param>
    public Task WriteAsync(HttpContext context, long attempt, bool ended) =>
        WriteAsync(context, layout.LogOf(attempt), ended);

    /// <summary>Answers with a log.</summary>
    /// <param name="context">The request; <c>?from=OFFSET</c> asks for a part.</param>
    /// <param name="path">Its file.</param>
    /// <param name="ended">Whether it will grow no more.</param>
    public async Task WriteAsync(HttpContext context, string path, bool ended)
    {
        HttpResponse response = context.Response;
        if (Open(path) is not { } file)
        {
            await HttpServer.TextAsync(
                context,
                StatusCodes.Status404NotFound,
                "there is no such log; [retention] says how long logs are kept"
            );
            return;
        }

        await using (file)
        {
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers["X-Log-Ended"] = ended ? "1" : "0";
            if (
                !long.TryParse(
                    context.Request.Query["from"],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out long from
                )
            )
            {
                await WholeAsync(file, response.Body, context.RequestAborted);
                return;
            }

            file.Position = Math.Min(from, file.Length);
            byte[] part = new byte[(int)Math.Min(ManagerLimits.LogPartBytes, file.Length - file.Position)];
            int count = await file.ReadAtLeastAsync(
                part,
                part.Length,
                throwOnEndOfStream: false,
                context.RequestAborted
            );
            count = Whole(part.AsSpan(0, count), ended && file.Position == file.Length);
            response.Headers["X-Log-Next"] = (from + count).ToString(CultureInfo.InvariantCulture);
            await response.Body.WriteAsync(Clean(part.AsSpan(0, count)), context.RequestAborted);
        }
    }

    /// <summary>The end of a log, in whole lines where they are not longer than it.</summary>
    public LogTail ReadTail(long attempt)
    {
        using FileStream? file = Open(layout.LogOf(attempt));
        if (file is null)
        {
            return new LogTail("", 0, 1);
        }

        long start = Math.Max(0, file.Length - Tail);
        long lines = CountLines(file, start);
        byte[] part = new byte[Tail];
        int count = WholeCharacters(part.AsSpan(0, file.ReadAtLeast(part, Tail, throwOnEndOfStream: false)));
        int first = start == 0 ? 0 : part.AsSpan(0, count).IndexOf((byte)'\n') + 1;
        string text = Encoding
            .UTF8.GetString(part, first, count - first)
            .Replace("\r\n", "\n", StringComparison.Ordinal);
        return new LogTail(
            (start == 0 ? "" : "…\n") + TerminalSequence.Replace(text, ""),
            start + first,
            lines + (first > 0 ? 2 : 1)
        );
    }

    private static long CountLines(FileStream file, long end)
    {
        byte[] part = new byte[ManagerLimits.LogPartBytes];
        long lines = 0;
        while (file.Position < end)
        {
            int count = file.Read(part, 0, (int)Math.Min(part.Length, end - file.Position));
            lines += part.AsSpan(0, count).Count((byte)'\n');
            if (count == 0)
            {
                break;
            }
        }

        return lines;
    }

    private async Task WholeAsync(FileStream file, Stream output, CancellationToken cancellation)
    {
        byte[] part = new byte[ManagerLimits.LogPartBytes];
        int left = 0;
        while (
            await file.ReadAtLeastAsync(
                part.AsMemory(left),
                part.Length - left,
                throwOnEndOfStream: false,
                cancellation
            )
                is > 0
                    and int read
        )
        {
            int count = Whole(part.AsSpan(0, left + read), isEnd: false);
            await output.WriteAsync(Clean(part.AsSpan(0, count)), cancellation);
            left = left + read - count;
            part.AsSpan(count, left).CopyTo(part);
        }

        await output.WriteAsync(Clean(part.AsSpan(0, left)), cancellation);
    }

    private byte[] Clean(ReadOnlySpan<byte> part) =>
        Encoding.UTF8.GetBytes(redactor.Clean(Encoding.UTF8.GetString(part)));

    // Whole lines, so that no secret is cut in two; a line that fills a part is taken as it is, and so is the end.
    private static int Whole(ReadOnlySpan<byte> part, bool isEnd) =>
        isEnd ? part.Length
        : part.LastIndexOf((byte)'\n') is >= 0 and int end ? end + 1
        : part.Length < ManagerLimits.LogPartBytes ? 0
        : WholeCharacters(part);

    // A character that is cut comes with the next part; bytes that begin none do not hold it up.
    private static int WholeCharacters(ReadOnlySpan<byte> part)
    {
        for (int back = 1; back <= Math.Min(3, part.Length); back++)
        {
            byte b = part[^back];
            if (b >= 0xc0)
            {
                int needed =
                    b >= 0xf0 ? 4
                    : b >= 0xe0 ? 3
                    : 2;
                return needed > back && back < part.Length ? part.Length - back : part.Length;
            }

            if (b < 0x80)
            {
                break;
            }
        }

        return part.Length;
    }

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
